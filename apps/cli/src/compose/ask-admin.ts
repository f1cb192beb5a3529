import { readEnvironment } from '@switchyard/config';

import { ownerToken } from './owner-token.js';

export interface AdminQuestion {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default: `SWITCHYARD_ADMIN_URL`, else admin's port on this machine. */
  readonly adminUrl?: string | undefined;
}

export interface AdminAnswer {
  readonly ok: boolean;
  readonly text: string;
}

/** What `--admin-url` says in every command that has it. */
export const ADMIN_URL_HELP = 'where admin is (SWITCHYARD_ADMIN_URL, else http://127.0.0.1:8319)';

const TIMEOUT_MS = 60_000;

/**
 * Asks admin with the owner's token.
 *
 * @throws an Error that says what to look at when admin does not answer, or there is no token.
 */
export async function askAdmin(question: AdminQuestion): Promise<AdminAnswer> {
  const { path, method = 'GET', body } = question;
  const environment = readEnvironment();
  const token = await ownerToken(environment);
  const adminUrl = question.adminUrl ?? environment.adminUrl ?? `http://127.0.0.1:${environment.adminPort}`;
  const response = await fetch(new URL(path, adminUrl), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error(`admin at ${adminUrl} does not answer: is it running, and is --admin-url right?`, { cause });
  });
  return { ok: response.ok, text: await response.text() };
}
