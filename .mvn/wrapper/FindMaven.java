import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Prints the home of the Maven named in maven-wrapper.properties, after fetching it if it is not there yet.
 * Run by mvnw and mvnw.cmd as a single source file, so it uses nothing but the JDK, and no syntax that is
 * newer than Java 11: an older JDK should be told so and not be shown a compiler's error.
 *
 * <p>Where the archive is out of reach, a Maven on the PATH steps in: one that is new enough is used as it
 * is, an older one fetches the same archive from the repository that it is set up for.
 */
class FindMaven {

  private static final boolean WINDOWS =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
  private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

  public static void main(String[] args) {
    try {
      if (Runtime.version().feature() < 17) {
        throw new IOException("Carillon is built with a JDK 17 or newer, but this is Java "
            + Runtime.version().feature() + ". Set JAVA_HOME to a newer one.");
      }
      System.out.println(home(Path.of(args[0])));
    } catch (Exception failure) {
      System.err.println("mvnw: " + (failure.getMessage() == null ? failure : failure.getMessage()));
      System.exit(1);
    }
  }

  private static Path home(Path wrapper) throws Exception {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(wrapper.resolve("maven-wrapper.properties"))) {
      properties.load(reader);
    }
    String url = properties.getProperty("distributionUrl");
    String sum = properties.getProperty("distributionSha512Sum");
    String file = url.substring(url.lastIndexOf('/') + 1);
    String name = file.substring(0, file.length() - ".zip".length());
    String version = name.replaceAll("^apache-maven-|-bin$", "");

    String userHome = env("MAVEN_USER_HOME");
    Path dists = userHome == null ? Path.of(System.getProperty("user.home"), ".m2") : Path.of(userHome);
    dists = dists.resolve("wrapper").resolve("dists").resolve(name);
    Path home = dists.resolve(sum.substring(0, 12));
    if (Files.exists(home.resolve("bin").resolve("mvn"))) {
      return home;
    }

    Files.createDirectories(dists);
    Path scratch = Files.createTempDirectory(dists, "unfinished-");
    try {
      Path zip = scratch.resolve(file);
      String repository = env("MVNW_REPOURL");
      if (repository != null) {
        url = repository.replaceAll("/+$", "") + "/org/apache/maven/apache-maven/" + version + "/" + file;
      }
      String unreachable = download(url, zip);
      if (unreachable != null) {
        List<String> mvn = WINDOWS ? List.of("cmd", "/c", "mvn") : List.of("mvn");
        Path own = newEnough(mvn);
        if (own != null) {
          return own;
        }
        System.err.println("mvnw: " + unreachable + "; asking the mvn on the PATH for Maven " + version + " instead");
        copy(mvn, version, scratch, unreachable);
      }
      check(zip, sum);
      unzip(zip, scratch);
      publish(scratch.resolve("apache-maven-" + version), home);
      return home;
    } finally {
      delete(scratch);
    }
  }

  /** Null, or why the archive is out of reach. */
  private static String download(String url, Path to) throws InterruptedException {
    try {
      HttpClient.Builder client = HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(5))
          .followRedirects(HttpClient.Redirect.NORMAL);
      String proxy = env("https_proxy") != null ? env("https_proxy") : env("HTTPS_PROXY");
      if (proxy != null) {
        URI at = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
        client.proxy(ProxySelector.of(new InetSocketAddress(at.getHost(), at.getPort() < 0 ? 80 : at.getPort())));
      }
      HttpResponse<Path> answer = client.build().send(
          HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofMinutes(5)).build(),
          HttpResponse.BodyHandlers.ofFile(to));
      return answer.statusCode() == 200 ? null : url + " answers " + answer.statusCode();
    } catch (IOException failure) {
      return url + " cannot be reached";
    }
  }

  /** The home of the Maven on the PATH if it is 3.9 or newer. */
  private static Path newEnough(List<String> mvn) throws InterruptedException {
    try {
      String said = run(with(mvn, "--version"));
      Matcher version = Pattern.compile("Apache Maven (\\d+)\\.(\\d+)").matcher(said);
      Matcher home = Pattern.compile("(?m)^Maven home: (.+?)\\s*$").matcher(said);
      if (version.find() && home.find()) {
        int major = Integer.parseInt(version.group(1));
        int minor = Integer.parseInt(version.group(2));
        return major > 3 || major == 3 && minor >= 9 ? Path.of(home.group(1)) : null;
      }
      return null;
    } catch (IOException none) {
      return null;
    }
  }

  private static void copy(List<String> mvn, String version, Path to, String unreachable)
      throws IOException, InterruptedException {
    List<String> command = with(mvn, "-q", "-B", COPY,
        "-Dartifact=org.apache.maven:apache-maven:" + version + ":zip:bin", "-DoutputDirectory=" + to);
    try {
      // In a folder without a pom: the project's own is not for a Maven that is too old for it.
      Process process = new ProcessBuilder(command).directory(to.toFile())
          .redirectOutput(ProcessBuilder.Redirect.to(to.resolve("mvn.log").toFile()))
          .redirectErrorStream(true).start();
      if (process.waitFor() == 0) {
        return;
      }
    } catch (IOException noMvn) {
      // Nothing on the PATH: said below.
    }
    throw new IOException(unreachable + ", and no mvn on the PATH could fetch it either. Install Maven "
        + version + ", or set MVNW_REPOURL to a Maven repository that you can reach.");
  }

  private static void check(Path zip, String expected) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-512");
    StringBuilder actual = new StringBuilder();
    for (byte b : digest.digest(Files.readAllBytes(zip))) {
      actual.append(String.format("%02x", b));
    }
    if (!actual.toString().equals(expected)) {
      throw new IOException(zip.getFileName() + " is not the file that maven-wrapper.properties names: its SHA-512 is " + actual);
    }
  }

  private static void unzip(Path zip, Path into) throws IOException {
    try (InputStream bytes = Files.newInputStream(zip); ZipInputStream entries = new ZipInputStream(bytes)) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        Path target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
          throw new IOException(zip.getFileName() + " holds a path that leads out of it: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(entries, target);
          if (target.getParent().endsWith("bin")) {
            target.toFile().setExecutable(true, false);
          }
        }
      }
    }
  }

  /** By one rename, so that nobody sees half of it; of two first runs, one wins and both go on. */
  private static void publish(Path unpacked, Path home) throws IOException {
    try {
      Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      if (!Files.exists(home.resolve("bin").resolve("mvn"))) {
        throw failure;
      }
    }
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.replaceAll("\u001B\\[[;\\d]*m", ""); // without its colours
  }

  private static List<String> with(List<String> command, String... arguments) {
    List<String> all = new ArrayList<>(command);
    all.addAll(Arrays.asList(arguments));
    return all;
  }

  private static String env(String name) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? null : value;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    }
  }
}
