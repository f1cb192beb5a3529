import { GatewayError, type CanonicalRequest, type DialectId } from '@switchyard/canonical';

/**
 * For dialects that cannot carry what points to another API's server.
 *
 * @throws GatewayError `untranslatable_field` that names the first such parameter.
 */
export function refuseServerState({ serverState }: CanonicalRequest, dialect: DialectId): void {
  const [param] = serverState ?? [];
  if (param === undefined) return;
  const message = `\`${param}\` points to what the Responses API of one provider keeps; ${dialect} cannot carry it: send the conversation itself`;
  throw new GatewayError('untranslatable_field', message, { param });
}
