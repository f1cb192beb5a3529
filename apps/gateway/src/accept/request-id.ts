import { randomUUID } from 'node:crypto';

// Long and wide enough for UUIDs, ULIDs and trace ids; nothing that could break a log line or a header.
const ACCEPTABLE = /^[A-Za-z0-9._:-]{8,128}$/;

/** The client's own request id where it is usable, else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && ACCEPTABLE.test(header) ? header : randomUUID();
}
