import { GatewayError, toGatewayError } from '@switchyard/canonical';
import type { WorkerCredential } from '@switchyard/routing';

import { askForModels, LIST_WITHIN_MS, type ListModelsTools } from '../discover/list-models.js';
import { isWebPage } from '../discover/parse-model-list.js';

/**
 * Asks a credential's upstream for its list of models: free of charge, and refused where the account's key is.
 *
 * @returns the error, attributed as that of a request would be, or undefined where it answers. What the upstream says in
 * words is left out: it may quote the key.
 */
export async function probeCredential(
  credential: WorkerCredential,
  tools: ListModelsTools,
  signal: AbortSignal,
): Promise<GatewayError | undefined> {
  const within = AbortSignal.timeout(LIST_WITHIN_MS);
  try {
    return await errorIn(await askForModels(credential, tools, AbortSignal.any([signal, within])));
  } catch (thrown) {
    if (!within.aborted) return toGatewayError(thrown);
    return new GatewayError('upstream_timeout', `its upstream did not answer within ${LIST_WITHIN_MS} ms`);
  }
}

async function errorIn({
  provider,
  host,
  status,
  headers,
  text,
}: Awaited<ReturnType<typeof askForModels>>): Promise<GatewayError | undefined> {
  const { models: path } = provider.paths;
  if (isWebPage(headers['content-type'] ?? '', text)) {
    const message = `${host} answered ${path} with a web page (HTTP ${status}): the base-url is most likely wrong`;
    return new GatewayError('upstream_malformed', message, { upstream: { status } });
  }
  if (status === 200) return undefined;
  if (status === 404 || status === 405) {
    const message = `${host} lists no models at ${path} (HTTP ${status}), which tells nothing of the credential`;
    return new GatewayError('operation_not_supported', message, { upstream: { status } });
  }
  // All the dialects take megabytes, and admin needs them only here.
  const { dialectById } = await import('@switchyard/dialects');
  const { code, retryAfterMs, upstream } = dialectById(provider.dialect).decodeError(
    { status, headers, body: text },
    Date.now(),
  );
  return new GatewayError(code, `${host} answered ${path} with HTTP ${status}`, { retryAfterMs, upstream });
}
