import type { Resolution, TenantView } from '@switchyard/routing';
import { OTHER } from '@switchyard/telemetry';

import type { RequestContext } from '../accept/request-context.js';

/** A name that is longer than this is no model's. */
const LONGEST_LABEL = 128;

/** What metrics call the models that clients ask for: a client must not be able to invent a label. */
export class ModelLabels {
  readonly #known = new Map<string, string>();

  constructor(private readonly maxNames: number) {}

  /**
   * The name itself where the operator or a provider listed it, or once a provider has answered under it; `other` for every
   * name else, and '' where it never resolved to anything.
   */
  labelOf({ resolution, caller }: Pick<RequestContext, 'resolution' | 'caller'>, answered: boolean): string {
    if (resolution === undefined) return '';
    const { model } = resolution;
    const known = this.#known.get(model);
    if (known !== undefined) return known;
    // Halves of characters would all be written alike, and one series would be there twice.
    if (this.#known.size >= this.maxNames || model.length > LONGEST_LABEL || !model.isWellFormed()) return OTHER;
    if (!answered && (caller === undefined || !isListed(resolution, caller.view))) return OTHER;
    this.#known.set(model, model);
    return model;
  }
}

function isListed({ model, targets }: Resolution, view: TenantView): boolean {
  if (view.aliases.has(model)) return true;
  return targets.some(({ candidates }) =>
    candidates.some(
      (candidate) =>
        candidate.credential.models.length > 0 || candidate.credential.discovered.includes(candidate.model),
    ),
  );
}
