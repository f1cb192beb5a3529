import { createHash } from 'node:crypto';

import type { LossLog } from '../losses/loss-log.js';

/** "Invalid 'user': string too long. Expected a string with maximum length 64" (the OpenAI API's own error) */
const LONGEST = 64;

/**
 * The user's id in the length that OpenAI takes: a longer one becomes its SHA-256, the same every time, which is what
 * OpenAI asks for where an id tells too much. Claude Code, for one, sends 150 characters of JSON. (OpenAI API reference,
 * safety_identifier)
 */
export function encodeUser(userId: string, log: LossLog): string {
  if (userId.length <= LONGEST) return userId;
  log.approximated('user', `OpenAI takes ${LONGEST} characters; a hash stands for a longer id`);
  return createHash('sha256').update(userId).digest('hex');
}
