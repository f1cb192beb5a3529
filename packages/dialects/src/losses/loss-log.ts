import type { Block, CacheMark, DialectId, Extensions, ToolDefinition, Warning } from '@switchyard/canonical';

import { foreignFieldWarnings } from '../extensions/extensions.js';
import { toolKindWarnings } from './tool-kinds.js';

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

  /** For what may be noticed at many places of one field. */
  approximatedOnce(field: string, reason: string): void {
    if (!this.warnings.some((warning) => warning.field === field)) this.approximated(field, reason);
  }

  /** Notes the fields that only another dialect understands. `path` is where they stood, `''` for the top. */
  foreignFields(extensions: Extensions | undefined, path: string): void {
    this.warnings.push(...foreignFieldWarnings(this.#dialect, extensions, path));
  }

  /** Notes what kinds of tools become functions like any other. */
  toolKinds(tool: ToolDefinition, path: string): void {
    this.warnings.push(...toolKindWarnings(this.#dialect, tool, path));
  }

  /** For dialects that take no citations back in the turns of an assistant. */
  citations(block: Block, path: string): void {
    if (block.type !== 'text' || block.citations === undefined) return;
    this.dropped(`${path}.citations`, `${this.#dialect} takes no citations back`);
  }

  cacheMark(cache: CacheMark | undefined, path: string): void {
    if (cache !== undefined) this.dropped(`${path}.cache`, `${this.#dialect} caches prompts without marks`);
  }
}
