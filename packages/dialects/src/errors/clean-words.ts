/** Longer texts are cut: some upstreams answer with whole pages. */
const MAX_LENGTH = 1000;

/** An upstream's own words as a client may read them: without anything that looks like a key or an account's id, and not too long. */
export function cleanWords(text: string): string {
  const bare = text.replaceAll(/\b(?:(?:sk|gsk|xai|org|proj)[-_]|AIza)[\w*-]{8,}/g, '[redacted]');
  return bare.length > MAX_LENGTH ? `${bare.slice(0, MAX_LENGTH)}…` : bare;
}
