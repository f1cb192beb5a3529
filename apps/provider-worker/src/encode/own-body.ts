import type { Warning } from '@switchyard/canonical';
import { holdsMadeMark, type Dialect } from '@switchyard/dialects';

import { parseBody } from './parse-body.js';

export interface OwnBody {
  readonly body: Buffer;
  /** What was taken out, in the client's words. */
  readonly warnings: readonly Warning[];
}

const NONE: readonly Warning[] = [];

/**
 * The client's bytes for an upstream of its own dialect. They stay as they are, unless they hold what we told the client in
 * the name of another provider, which this one would refuse. Most hold no such mark, and are only searched for it.
 *
 * @throws GatewayError `invalid_json`.
 */
export function ownBody(body: Buffer, { dropMade }: Dialect): OwnBody {
  if (dropMade === undefined || !holdsMadeMark(body)) return { body, warnings: NONE };
  const { value, warnings } = dropMade(parseBody(body));
  return { body: warnings.length === 0 ? body : Buffer.from(JSON.stringify(value)), warnings };
}
