import { GatewayError, type Warning } from '@switchyard/canonical';
import type { Provider } from '@switchyard/providers';

/**
 * The fields that were dropped in a translation, each once.
 *
 * @throws GatewayError `untranslatable_field` for the first of them in strict mode.
 */
export function lossesOf(
  warnings: readonly Warning[],
  { strict, provider }: { readonly strict: boolean; readonly provider: Pick<Provider, 'slug'> },
): readonly string[] {
  const losses = warnings.filter((warning) => warning.type === 'dropped');
  const [first] = losses;
  if (strict && first !== undefined) {
    const message = `${first.field} cannot be sent to ${provider.slug}: ${first.reason}`;
    throw new GatewayError('untranslatable_field', message, { param: first.field });
  }
  return [...new Set(losses.map((loss) => loss.field))];
}
