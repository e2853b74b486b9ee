/**
 * Whose request it is. Every row belongs to a tenant, and a request sees the rows of one: each of
 * its transactions begins with the statement that takes the role {@code carillon_api} and names the
 * tenant, and row-level security does the rest. A transaction that forgot it would see nothing, not
 * everything. Statements name the tenant as well, so that a mistake has to be made twice.
 */
@NullMarked
package dev.carillon.tenancy;

import org.jspecify.annotations.NullMarked;
