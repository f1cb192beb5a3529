/** One thing a service needs before it can serve. */
export interface ReadinessCheck {
  readonly name: string;
  /** Why the service cannot serve, in words an operator can act on; undefined when it can. Must not wait. */
  check(): string | undefined;
}

export interface Readiness {
  readonly ready: boolean;
  /** By name, for each check that failed. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Asks every check. */
export function readinessOf(checks: readonly ReadinessCheck[]): Readiness {
  const reasons: Record<string, string> = {};
  for (const { name, check } of checks) {
    const reason = check();
    if (reason !== undefined) reasons[name] = reason;
  }
  return { ready: Object.keys(reasons).length === 0, reasons };
}
