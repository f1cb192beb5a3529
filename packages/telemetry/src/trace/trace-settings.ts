import type { TraceVariables } from './tracing.js';

const TRACES_PATH = 'v1/traces';

/**
 * Where spans go, or undefined for nowhere. The general endpoint gets the signal's path appended, the one for traces is
 * taken as it is. (OpenTelemetry protocol exporter specification, "Endpoint URLs for OTLP/HTTP".)
 */
export function traceEndpoint(variables: TraceVariables): string | undefined {
  if (isTrue(variables['OTEL_SDK_DISABLED']) || variables['OTEL_TRACES_EXPORTER'] === 'none') return undefined;
  const own = variables['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (own !== undefined && own !== '') return own;
  const general = variables['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (general === undefined || general === '') return undefined;
  return general.endsWith('/') ? `${general}${TRACES_PATH}` : `${general}/${TRACES_PATH}`;
}

/** The headers to send with every export, the ones for traces over the general ones. */
export function exportHeaders(variables: TraceVariables): Record<string, string> {
  return {
    ...parsePairs(variables['OTEL_EXPORTER_OTLP_HEADERS']),
    ...parsePairs(variables['OTEL_EXPORTER_OTLP_TRACES_HEADERS']),
  };
}

/** What describes this process in every span. */
export function resourceAttributes(serviceName: string, variables: TraceVariables): Record<string, string> {
  const attributes = parsePairs(variables['OTEL_RESOURCE_ATTRIBUTES']);
  const name = variables['OTEL_SERVICE_NAME'] || attributes['service.name'] || serviceName;
  return { ...attributes, 'service.name': name };
}

/** `a=1,b=2` with percent-encoded values; what is not a pair is left out. (W3C Baggage, as OpenTelemetry uses it.) */
function parsePairs(text: string | undefined): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const part of (text ?? '').split(',')) {
    const splitAt = part.indexOf('=');
    if (splitAt > 0) pairs[part.slice(0, splitAt).trim()] = decodePercent(part.slice(splitAt + 1).trim());
  }
  return pairs;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true';
}
