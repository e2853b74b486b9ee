package dev.carillon.event;

import dev.carillon.broker.EventMessage;

/** One thing that happened, rendered from the tables. */
public sealed interface DomainEvent extends EventMessage permits RunEvent, ChangeEvent {}
