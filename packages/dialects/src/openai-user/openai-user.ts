import { createHash } from 'node:crypto';

/** "Invalid 'user': string too long. Expected a string with maximum length 64" (the OpenAI API's own error) */
const LONGEST = 64;

/**
 * The user's id in the length that OpenAI takes: a longer one becomes its SHA-256, the same every time, which is what
 * OpenAI asks for where an id tells too much. Claude Code, for one, sends 150 characters of JSON. (OpenAI API reference,
 * safety_identifier)
 */
export function openaiUser(userId: string): string {
  return userId.length <= LONGEST ? userId : createHash('sha256').update(userId).digest('hex');
}
