import { GatewayError, lookUp } from '@switchyard/canonical';

/** What this package finds out itself. The words follow the host's name. */
const FAULTS = {
  malformed: 'answered with something that is not HTTP/1.1',
  'head-too-large': 'answered with too many headers',
  cut: 'closed the connection before its answer was complete',
  closing: 'was not called: this process is closing its connections',
  'forbidden-header': 'was not called: a header of the request holds a character that HTTP does not allow',
};

/** What went wrong with a socket, by the code of Node.js, OpenSSL or undici. */
const PHRASES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'reset the connection',
  EPIPE: 'closed the connection while the request was being sent',
  ENOTFOUND: 'has no address: check the host name of its base URL',
  EAI_AGAIN: 'could not be looked up: the name server did not answer',
  EHOSTUNREACH: 'is not reachable from here',
  ENETUNREACH: 'is not reachable from here',
  EPROTO: 'does not speak TLS on this port: check the scheme and port of its base URL',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS on this port: check the scheme and port of its base URL',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'does not speak TLS on this port: check the scheme and port of its base URL',
  ERR_TLS_CERT_ALTNAME_INVALID: 'showed a certificate for another host',
  CERT_HAS_EXPIRED: 'showed an expired certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'showed a certificate that is not trusted here',
  SELF_SIGNED_CERT_IN_CHAIN: 'showed a certificate that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'showed a certificate that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'showed a certificate that is not trusted here',
  UND_ERR_SOCKET: FAULTS.cut,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: FAULTS.cut,
  UND_ERR_HEADERS_OVERFLOW: FAULTS['head-too-large'],
  UND_ERR_ABORTED: 'could not be reached: the proxy refused the tunnel',
  UND_ERR_PRX_CONN: 'could not be reached: the proxy closed the connection',
  UND_ERR_PRX_TLS: 'could not be reached: the certificate of the proxy is for another host',
  UND_ERR_DESTROYED: FAULTS.closing,
  UND_ERR_CLOSED: FAULTS.closing,
  UND_ERR_INVALID_ARG: FAULTS['forbidden-header'],
};

export function describeFault(host: string, fault: keyof typeof FAULTS): GatewayError {
  return new GatewayError('upstream_network_error', `${host} ${FAULTS[fault]}`);
}

export function describeConnectTimeout(host: string, cause?: Error): GatewayError {
  return new GatewayError('upstream_timeout', `${host} did not accept a connection in time`, { cause });
}

/** An error of a socket or of undici as ours. Only its code is used: texts of libraries may quote what was sent. */
export function describeFailure(host: string, error: Error): GatewayError {
  const code = codeOf(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return describeConnectTimeout(host, error);
  }
  const phrase = error.name === 'HTTPParserError' ? FAULTS.malformed : phraseFor(code);
  return new GatewayError('upstream_network_error', `${host} ${phrase}`, { cause: error });
}

function phraseFor(code: string): string {
  if (code.startsWith('UND_ERR_SOCKS5')) return `could not be reached: the SOCKS proxy failed (${code})`;
  return lookUp(PHRASES, code) ?? `could not be called (${code})`;
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Happy eyeballs gather one error per address.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? codeOf(first) : 'unknown failure';
}
