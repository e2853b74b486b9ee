/** That the database itself keeps tenants apart. */
@NullMarked
package dev.carillon.tenancy;

import org.jspecify.annotations.NullMarked;
