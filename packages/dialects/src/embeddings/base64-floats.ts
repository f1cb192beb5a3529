const BYTES = 4;

/** A vector as OpenAI writes it in base64: little-endian floats of 32 bits. (OpenAI API reference, embeddings, encoding_format) */
export function encodeBase64Floats(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * BYTES);
  for (const [place, value] of vector.entries()) bytes.writeFloatLE(value, place * BYTES);
  return bytes.toString('base64');
}

/** Undefined for a text that is no whole number of floats. */
export function decodeBase64Floats(text: string): readonly number[] | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.length % BYTES !== 0) return undefined;
  return Array.from({ length: bytes.length / BYTES }, (_, place) => bytes.readFloatLE(place * BYTES));
}
