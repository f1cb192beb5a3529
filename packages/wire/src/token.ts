import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two tokens in a time that depends on neither: both are hashed first, so their lengths do not show either. */
export function tokensMatch(presented: string, expected: string): boolean {
  return timingSafeEqual(sha256(presented), sha256(expected));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
