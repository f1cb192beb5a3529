import type { DesiredState } from '../desired-state.js';
import type { WrittenCredential } from './build-desired-state.js';
import type { ConfigPath } from './problem.js';
import type { ConfigFile } from './schema.js';

/** Everything that conflicts are looked for in. */
export interface Written {
  readonly file: ConfigFile;
  readonly desired: DesiredState;
  readonly credentials: readonly WrittenCredential[];
  /** Names a place for the other side of a conflict: `claude-api-key[0] (line 7)`. */
  readonly nameOf: (path: ConfigPath) => string;
}

/** Something that may be had once, and where it is asked for. */
export interface Claim {
  readonly claimed: string;
  readonly path: ConfigPath;
}

/** For each claim on what an earlier one has already claimed: the two of them. */
export function repeated(claims: readonly Claim[]): readonly { readonly claim: Claim; readonly first: Claim }[] {
  const firsts = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const first = firsts.get(claim.claimed);
    if (first === undefined) firsts.set(claim.claimed, claim);
    return first === undefined ? [] : [{ claim, first }];
  });
}
