/** What is measured: something that forwards `POST /v1/chat/completions` to the mock upstream. */
export interface Subject {
  readonly name: string;
  /** Without a trailing slash. */
  readonly url: string;
  readonly key: string;
  /** The processes whose CPU counts, each with all its children. */
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  close(): Promise<void>;
}

/** What a subject needs to start. */
export interface SubjectOptions {
  readonly upstreamUrl: string;
  /** A folder of the subject's own, for configuration, data and logs. */
  readonly folder: string;
}
