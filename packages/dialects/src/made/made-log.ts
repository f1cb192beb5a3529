import type { Warning } from '@switchyard/canonical';

/** Collects what is taken out of a request, each field once. */
export class MadeLog {
  readonly warnings: Warning[] = [];

  /** `field` is as the client calls it. */
  dropped(field: string, reason: string): void {
    if (!this.warnings.some((warning) => warning.field === field)) {
      this.warnings.push({ type: 'dropped', field, reason });
    }
  }
}

export const FOREIGN_PROOF = 'only the family that made it can read it';
export const FOREIGN_SOURCE = 'a source that another provider told';
export const FOREIGN_STEP = 'a step of a tool that another provider ran';
