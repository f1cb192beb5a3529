/** What can go wrong with a provider: it refuses, fails, hangs up, hangs up in the middle, or says nothing more. */
export const FAULTS = ['429', '500', 'reset', 'cut', 'stall'] as const;
export type Fault = (typeof FAULTS)[number];

const MARK = /^@fault:(?<fault>\w+):(?<id>\w+);/;
const MARK_BEGIN = '@fault:';
// As long as the longest mark.
const MARK_BYTES = 40;
const REMEMBERED = 10_000;

/** What a client writes into its prompt, so that the upstream fails this request. */
export function formatFault(fault: Fault, id: string): string {
  return `${MARK_BEGIN}${fault}:${id};`;
}

/** Finds the faults that are asked for. Each happens once: another attempt at the same request is answered well. */
export class FaultReader {
  readonly #seen = new Set<string>();

  next(body: Buffer): Fault | undefined {
    const at = body.lastIndexOf(MARK_BEGIN);
    if (at < 0) return undefined;
    const { fault, id } = MARK.exec(body.toString('latin1', at, at + MARK_BYTES))?.groups ?? {};
    const known = FAULTS.find((one) => one === fault);
    if (known === undefined || id === undefined || this.#seen.has(id)) return undefined;
    this.#seen.add(id);
    // A set keeps the order in which things came.
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    return known;
  }
}
