import { GatewayError, type DialectId, type Warning } from '@switchyard/canonical';
import { inClientWords } from '@switchyard/dialects';
import type { Provider } from '@switchyard/providers';

export interface DroppedFieldsInput {
  /** The client's dialect. */
  readonly dialect: DialectId;
  readonly strict: boolean;
}

const NONE: readonly string[] = [];

/**
 * The fields of a request that the upstream does not get, as the client calls them.
 *
 * @throws GatewayError `untranslatable_field` for the first of them in strict mode.
 */
export function droppedFields(
  warnings: readonly Warning[],
  { dialect, strict }: DroppedFieldsInput,
  provider: Provider,
): readonly string[] {
  if (warnings.length === 0) return NONE;
  const losses = inClientWords(dialect, warnings).filter((warning) => warning.type === 'dropped');
  const [first] = losses;
  if (!strict || first === undefined) return losses.map((loss) => loss.field);
  const message = `${first.field} cannot be sent to ${provider.slug}: ${first.reason}`;
  throw new GatewayError('untranslatable_field', message, { param: first.field });
}
