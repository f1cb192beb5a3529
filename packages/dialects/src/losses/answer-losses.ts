import {
  DIALECT_IDS,
  unfoldResponse,
  type Block,
  type Citation,
  type CanonicalResponse,
  type DialectId,
  type Extensions,
  type FinishReason,
  type OpaqueBlock,
  type ServerToolKind,
  type ServerToolStep,
  type StreamEvent,
  type Usage,
  type Warning,
} from '@switchyard/canonical';
import { z } from 'zod';

import { foreignFieldWarnings } from '../extensions/extensions.js';
import { isJsonObject, parseJson } from '../json/json-object.js';
import { noteCitationLosses, type CitationLimits } from './citation-losses.js';
import { blockPath } from './field-path.js';

/** What the answers of a dialect have no place for. */
export interface AnswerLimits {
  readonly dialect: DialectId;
  /** The dialect whose fields of a whole answer it has as well. */
  readonly sharesFieldsWith?: DialectId | undefined;
  readonly oneChoice: boolean;
  /** The kinds of blocks that its answers never hold. */
  readonly lacks: readonly Block['type'][];
  /** Whether proofs of reasoning that another family made can be handed to the client and come back. */
  readonly keepsForeignProofs: boolean;
  readonly tellsStopSequence: boolean;
  readonly hasRefusals: boolean;
  readonly cacheWrites: 'by-lifetime' | 'together' | 'none';
  /** Whether it has a place for the signature that Gemini gives a call. */
  readonly keepsCallSignatures: boolean;
  /** The server tools whose steps it tells, and what becomes there of what they gave. */
  readonly steps: Readonly<Partial<Record<ServerToolKind, 'carried' | 'approximated' | 'dropped'>>>;
  /** Whether a tool call's arguments are an object rather than a text. */
  readonly parsesArguments: boolean;
  readonly citations: CitationLimits;
  /** What it tells of the tokens of a text; `numbers` for the token's own in the vocabulary. */
  readonly logprobs: 'none' | 'tokens' | 'numbers';
  /** The reasons for an end that it has only a neighbouring word for. */
  readonly vagueFinishes: readonly FinishReason[];
}

const TEXT = 'choices[].content[text]';

const lossState = z.object({
  warnings: z.array(
    z.object({ type: z.enum(['dropped', 'approximated']), field: z.string(), reason: z.string() }).readonly(),
  ),
  /** Who made the reasoning that is being told, by choice and block. */
  makers: z.record(z.string(), z.enum(DIALECT_IDS)),
  /** The arguments that are being told, where they must become an object. */
  arguments: z.record(z.string(), z.string()),
  /** The texts that have begun and said nothing yet. */
  silent: z.array(z.string()),
});

export type LossState = z.infer<typeof lossState>;

type BlockEvent = Extract<StreamEvent, { readonly index: number }>;

/**
 * Notes what an answer loses on its way into a dialect, event by event, each kind of loss once. Its `state` is plain data.
 */
export class AnswerLosses {
  readonly state: LossState;
  readonly #limits: AnswerLimits;

  constructor(limits: AnswerLimits, state?: unknown) {
    this.#limits = limits;
    this.state = state === undefined ? { warnings: [], makers: {}, arguments: {}, silent: [] } : lossState.parse(state);
  }

  take(event: StreamEvent): void {
    switch (event.type) {
      case 'text-delta':
      case 'refusal-delta':
        if (this.state.silent.length > 0 && event.text !== '') this.#heard(event);
        if (event.logprobs !== undefined) this.#takeLogprobs(event);
        return;
      case 'reasoning-delta':
      case 'ping':
      case 'error':
      case 'end':
        return;
      case 'start':
        this.#takeStart(event.extensions);
        return;
      case 'usage':
        this.#takeUsage(event.usage);
        return;
      case 'finish':
        this.#takeFinish(event);
        return;
      default:
        this.#takeBlockEvent(event);
    }
  }

  /** A block that no stream can tell, such as an image. */
  takeMedium(block: Block): void {
    this.#dropped(blockPath('choices[]', block), `an answer has no place for a ${block.type} block`);
  }

  #takeStart(extensions: Extensions | undefined): void {
    const { sharesFieldsWith } = this.#limits;
    this.#foreign(sharesFieldsWith ? { ...extensions, [sharesFieldsWith]: undefined } : extensions, '');
  }

  #takeUsage({ cacheWrite5m, cacheWrite1h }: Usage): void {
    const { cacheWrites } = this.#limits;
    if (cacheWrites === 'none' && cacheWrite5m + cacheWrite1h > 0) {
      this.#approximated('usage.cacheWrites', 'what was written to the cache counts as plain input');
    }
    if (cacheWrites === 'together' && cacheWrite1h > 0) {
      this.#approximated('usage.cacheWrites', 'writes to the cache are not told apart by lifetime');
    }
  }

  #takeFinish({ choice, finish, extensions }: Extract<StreamEvent, { type: 'finish' }>): void {
    if (this.#isFurtherChoice(choice)) return;
    this.#foreign(extensions, 'choices[]');
    if (finish.stopSequence !== undefined && !this.#limits.tellsStopSequence) {
      this.#dropped('choices[].stopSequence', 'it does not say which stop sequence was hit');
    }
    if (this.#limits.vagueFinishes.includes(finish.reason)) {
      this.#approximated('choices[].finish', `it has no word for an end by ${finish.reason}`);
    }
  }

  #takeBlockEvent(event: BlockEvent): void {
    if (this.#isFurtherChoice(event.choice)) return;
    const key = `${event.choice}/${event.index}`;
    switch (event.type) {
      case 'text-start':
        this.state.silent.push(key);
        this.#foreign(event.extensions, TEXT);
        return;
      case 'text-end':
        if (event.citations !== undefined)
          this.#takeCitations(event.citations, { isSilent: this.state.silent.includes(key) });
        this.#heard(event);
        this.#foreign(event.extensions, TEXT);
        return;
      case 'refusal-start':
      case 'refusal-end':
        if (!this.#limits.hasRefusals) this.#approximated('choices[].content[refusal]', 'a refusal becomes text');
        this.#foreign(event.extensions, 'choices[].content[refusal]');
        return;
      case 'reasoning-start':
        this.state.makers[key] = event.provenance;
        this.#reasoning(event.extensions);
        return;
      case 'reasoning-end':
        this.#reasoning(event.extensions);
        if (event.signature) this.#proof(this.state.makers[key] ?? this.#limits.dialect);
        delete this.state.makers[key];
        return;
      case 'tool-call-start':
        this.state.arguments[key] = '';
        this.#call(event.extensions);
        return;
      case 'tool-call-delta':
        if (this.#limits.parsesArguments) this.state.arguments[key] += event.argumentsText;
        return;
      case 'tool-call-end':
        this.#call(event.extensions);
        this.#checkArguments(this.state.arguments[key] ?? '');
        delete this.state.arguments[key];
        return;
      case 'redacted-reasoning':
        this.#redacted(event.provenance);
        return;
      case 'opaque':
        if (event.block.dialect !== this.#limits.dialect) this.#opaque(event.block);
        return;
      default:
    }
  }

  #opaque(block: OpaqueBlock): void {
    const path = blockPath('choices[]', block);
    const fate = block.step && this.#limits.steps[block.step.tool];
    if (block.step === undefined || fate === undefined) {
      this.#dropped(path, `only ${block.dialect} has such a block`);
      return;
    }
    const { call, result } = block.step;
    if (fate === 'carried' || !hasContent(result)) return;
    if (fate === 'dropped' && call === undefined)
      this.#dropped(path, `${this.#limits.dialect} does not tell what was found`);
    else this.#approximated(path, 'not all of what was found is told');
  }

  #takeLogprobs({ choice, logprobs }: Extract<StreamEvent, { type: 'text-delta' | 'refusal-delta' }>): void {
    if (this.#isFurtherChoice(choice)) return;
    const told = this.#limits.logprobs;
    if (told === 'none') this.#dropped(`${TEXT}.logprobs`, 'it has no probabilities of tokens');
    const hasNumbers = logprobs?.some(({ tokenId, top }) => [tokenId, top[0]?.tokenId].some((id) => id !== undefined));
    if (told !== 'numbers' && hasNumbers) this.#dropped(`${TEXT}.logprobs.tokenId`, 'tokens have no numbers');
  }

  #heard({ choice, index }: BlockEvent): void {
    const at = this.state.silent.indexOf(`${choice}/${index}`);
    if (at !== -1) this.state.silent.splice(at, 1);
  }

  #takeCitations(citations: readonly Citation[], { isSilent }: { readonly isSilent: boolean }): void {
    if (isSilent && this.#limits.citations.needText) {
      this.#dropped(`${TEXT}.citations`, 'a text that says nothing is left out');
      return;
    }
    noteCitationLosses(citations, this.#limits.citations, {
      note: (type, field, reason) => this.#note({ type, field: `${TEXT}.citations${field}`, reason }),
      foreign: (extensions) => this.#foreign(extensions, `${TEXT}.citations`),
    });
  }

  #isFurtherChoice(choice: number): boolean {
    const isFurther = choice > 0 && this.#limits.oneChoice;
    if (isFurther) this.#dropped('choices[]', `an ${this.#limits.dialect} answer has one choice`);
    return isFurther;
  }

  #reasoning(extensions: Extensions | undefined): void {
    this.#lacks('reasoning');
    this.#foreign(extensions, 'choices[].content[reasoning]');
  }

  #call(extensions: Extensions | undefined): void {
    this.#lacks('tool-call');
    const { thoughtSignature: _, ...others } = extensions?.gemini ?? {};
    const told =
      this.#limits.keepsCallSignatures && extensions?.gemini ? { ...extensions, gemini: others } : extensions;
    this.#foreign(told, 'choices[].content[tool-call]');
  }

  #redacted(maker: DialectId): void {
    const { dialect, keepsForeignProofs } = this.#limits;
    if (this.#lacks('redacted-reasoning') || maker === dialect || keepsForeignProofs) return;
    this.#dropped('choices[].content[redacted-reasoning]', `only ${maker} can read it`);
  }

  #proof(maker: DialectId): void {
    const { dialect, keepsForeignProofs } = this.#limits;
    if (maker === dialect || keepsForeignProofs) return;
    this.#dropped('choices[].content[reasoning].signature', `only ${maker} can read it`);
  }

  #lacks(type: Block['type']): boolean {
    const isLacking = this.#limits.lacks.includes(type);
    if (isLacking) this.#dropped(`choices[].content[${type}]`, `${this.#limits.dialect} has no place for it`);
    return isLacking;
  }

  #checkArguments(text: string): void {
    if (!this.#limits.parsesArguments || text === '' || isJsonObject(parseJson(text))) return;
    this.#approximated('choices[].content[tool-call]', 'the arguments are not a JSON object');
  }

  #foreign(extensions: Extensions | undefined, path: string): void {
    for (const warning of foreignFieldWarnings(this.#limits.dialect, extensions, path)) {
      if (!this.#isToldAsStep(warning.field)) this.#note(warning);
    }
  }

  #isToldAsStep(field: string): boolean {
    const tool = BESIDE_CONTENT.get(field);
    return tool !== undefined && this.#limits.steps[tool] !== undefined;
  }

  #dropped(field: string, reason: string): void {
    this.#note({ type: 'dropped', field, reason });
  }

  #approximated(field: string, reason: string): void {
    this.#note({ type: 'approximated', field, reason });
  }

  #note(warning: Warning): void {
    const isKnown = this.state.warnings.some(({ type, field }) => type === warning.type && field === warning.field);
    if (!isKnown && !REPEATED.has(warning.field)) this.state.warnings.push(warning);
  }
}

/** Fields of a candidate that the canonical form has as steps. */
const BESIDE_CONTENT: ReadonlyMap<string, ServerToolKind> = new Map([
  ['choices[].groundingMetadata.webSearchQueries', 'web-search'],
  ['choices[].urlContextMetadata.urlMetadata', 'web-fetch'],
]);

/** Whether a step's result tells more than that there was one. What a page said is known by its block alone. */
function hasContent(result: ServerToolStep['result']): boolean {
  if (result === undefined) return false;
  return 'sources' in result ? result.sources.length > 0 : true;
}

/** What a response of openai-responses repeats of its request. (OpenAI API reference, Response) */
const REPEATED: ReadonlySet<string> = new Set(
  [
    'background',
    'completed_at',
    'frequency_penalty',
    'instructions',
    'max_output_tokens',
    'max_tool_calls',
    'metadata',
    'parallel_tool_calls',
    'presence_penalty',
    'previous_response_id',
    'prompt_cache_key',
    'prompt_cache_retention',
    'reasoning',
    'safety_identifier',
    'store',
    'temperature',
    'text',
    'tool_choice',
    'tools',
    'top_logprobs',
    'top_p',
    'truncation',
    'user',
  ].flatMap((field) => [field, `choices[].response.${field}`]),
);

/** What a whole answer loses: the same as its stream. */
export function lossesOfAnswer(response: CanonicalResponse, limits: AnswerLimits): readonly Warning[] {
  const losses = new AnswerLosses(limits);
  const choices = response.choices.map((choice) => {
    const content = choice.content.filter((block) => !isMedium(block));
    for (const block of choice.content) if (isMedium(block)) losses.takeMedium(block);
    return { ...choice, content };
  });
  for (const event of unfoldResponse({ ...response, choices })) losses.take(event);
  return losses.state.warnings;
}

function isMedium({ type }: Block): boolean {
  return type === 'image' || type === 'audio' || type === 'document' || type === 'tool-result';
}
