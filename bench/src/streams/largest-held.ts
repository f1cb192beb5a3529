// Beyond it the load generator would run out of connections.
const MOST = 4_000;

/**
 * The largest number that is held, within a factor of `step`: doubles until one is not, then halves the gap. A number that
 * is not held is tried once more, as one hiccup of the machine says nothing. 0 when not even the first is held.
 */
export async function largestHeld(
  { first, step }: { readonly first: number; readonly step: number },
  isHeld: (count: number) => Promise<boolean>,
): Promise<number> {
  const isHeldOnceInTwo = async (count: number): Promise<boolean> => (await isHeld(count)) || (await isHeld(count));
  let held = 0;
  let tooMany = first;
  while (tooMany <= MOST && (await isHeldOnceInTwo(tooMany))) {
    held = tooMany;
    tooMany *= 2;
  }
  if (held === 0) return 0;
  while (tooMany / held > step) {
    const middle = Math.round((held + tooMany) / 2);
    if (await isHeldOnceInTwo(middle)) held = middle;
    else tooMany = middle;
  }
  return held;
}
