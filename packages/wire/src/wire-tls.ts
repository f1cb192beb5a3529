/** PEM material for mutual TLS 1.3. Both sides check that the other's certificate descends from `ca`. */
export interface WireTls {
  readonly ca: string | Buffer;
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}
