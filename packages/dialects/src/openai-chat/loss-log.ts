import type { CacheMark, DialectId, Extensions, Warning } from '@switchyard/canonical';

import { foreignFieldWarnings } from '../extensions/extensions.js';

/** Collects what one translation into a dialect loses. */
export class LossLog {
  readonly warnings: Warning[] = [];
  readonly #dialect: DialectId;

  constructor(dialect: DialectId) {
    this.#dialect = dialect;
  }

  dropped(field: string, reason: string): void {
    this.warnings.push({ type: 'dropped', field, reason });
  }

  approximated(field: string, reason: string): void {
    this.warnings.push({ type: 'approximated', field, reason });
  }

  /** Notes the fields that only another dialect understands. `path` is where they stood, `''` for the top. */
  foreignFields(extensions: Extensions | undefined, path: string): void {
    this.warnings.push(...foreignFieldWarnings(this.#dialect, extensions, path));
  }

  cacheMark(cache: CacheMark | undefined, path: string): void {
    if (cache !== undefined) this.dropped(`${path}.cache_control`, `${this.#dialect} caches prompts without marks`);
  }
}
