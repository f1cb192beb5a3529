/** Longer than servers usually name, so that conversations keep their socket; a server's own hint wins. */
export const IDLE_MS = 30_000;

/** What a server says is until it closes; a request needs its time to get there. */
const MARGIN_MS = 2000;

const LONGEST_IDLE_MS = 10 * 60_000;

/** How long a connection is kept without a call; zero where there is no time to use it. */
export function keepAliveMs(hintMs: number | undefined): number {
  return hintMs === undefined ? IDLE_MS : Math.min(Math.max(hintMs - MARGIN_MS, 0), LONGEST_IDLE_MS);
}
