@echo off
rem Runs the Maven that this project is built with; fetches it on the first run. Needs nothing but a JDK.
rem JAVA_HOME, MAVEN_USER_HOME and MVNW_REPOURL are honoured; see .mvn\wrapper\FindMaven.java.
setlocal

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
"%JAVA%" -version >nul 2>&1
if errorlevel 1 (
  echo mvnw: No Java found. Install a JDK 17 or newer, and set JAVA_HOME to it. 1>&2
  exit /b 1
)

set "MAVEN="
for /f "usebackq delims=" %%m in (`""%JAVA%" "%~dp0.mvn\wrapper\FindMaven.java" "%~dp0.mvn\wrapper""`) do set "MAVEN=%%m"
if not defined MAVEN exit /b 1

call "%MAVEN%\bin\mvn.cmd" %*
exit /b %ERRORLEVEL%
