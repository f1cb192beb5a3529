export const SUBJECT_NAMES = ['direct', 'floor', 'standalone', 'split', 'portkey'] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

/** Switchyard alone has both: `policy` is with all its policies switched on. */
export type Profile = 'bare' | 'policy';

/** Which subject in which profile. */
export interface SubjectId {
  readonly subject: SubjectName;
  readonly profile: Profile;
}

/** A process that counts, with all its children. */
export interface MeasuredProcess {
  readonly name: string;
  readonly pid: number;
}

/** Who may ask how Switchyard stands. */
export interface Operator {
  readonly adminUrl: string;
  readonly token: string;
}

/** What is measured: something that forwards requests to the mock upstream. */
export interface Subject extends SubjectId {
  /** Without a trailing slash. */
  readonly url: string;
  /** Client keys, and headers besides. */
  readonly keys: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Names that it routes to the upstream's model. */
  readonly models: readonly string[];
  /** Whether it can be asked in another dialect than the upstream's. */
  readonly translates: boolean;
  readonly processes: readonly MeasuredProcess[];
  /** Where Prometheus would read. */
  readonly metricsUrls: readonly string[];
  /** Where its state is shared; undefined for one without Redis. */
  readonly redisUrl?: string | undefined;
  /** Where operators ask; undefined for what is not Switchyard. */
  readonly operator?: Operator | undefined;
  close(): Promise<unknown>;
}

/** A subject that cannot be had on this machine. */
export interface MissingSubject extends SubjectId {
  readonly missing: string;
}

/** What a subject needs to start. */
export interface SubjectOptions {
  readonly upstreamUrl: string;
  /** A folder of the subject's own, for configuration, data and logs. */
  readonly folder: string;
  readonly profile: Profile;
  /** Where spans go under `policy`. */
  readonly collectorUrl: string;
  /** How many keys, aliases and credentials Switchyard has. */
  readonly scale: Scale;
  /** More of its configuration, as YAML. */
  readonly configuration?: string | undefined;
  /** Of gateway and worker, each, where they are processes of their own. */
  readonly processes: number;
  /** What its Node processes are started with, before their script. */
  readonly nodeArgs: readonly string[];
  /** Variables for its Node processes. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface Scale {
  readonly keys: number;
  /** 0: the model's own name is asked for. */
  readonly aliases: number;
  readonly credentials: number;
}

export const SMALL_SCALE: Scale = { keys: 1, aliases: 0, credentials: 1 };

export function subjectLabel({ subject, profile }: SubjectId): string {
  return profile === 'policy' ? `${subject}, policy` : subject;
}
