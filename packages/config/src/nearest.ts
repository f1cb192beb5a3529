/**
 * The candidate that a misspelt word most probably meant: the one fewest edits away, if those are few for its length;
 * otherwise one that the word is the beginning of.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best ?? candidates.find((candidate) => candidate.startsWith(`${word}-`));
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, fromCharacter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, toCharacter] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (fromCharacter === toCharacter ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
