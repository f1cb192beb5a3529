import type { DialectId } from '@switchyard/canonical';
import type { NpmProgram } from '@switchyard/testkit';

/** Where an agent finds the gateway, and what it may call itself there. */
export interface AgentAccess {
  readonly gatewayUrl: string;
  readonly key: string;
  readonly model: string;
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A command-line agent, and how it is told to use the gateway alone, to ask nobody, and to keep itself to itself. */
export interface KnownAgent extends NpmProgram {
  readonly name: string;
  /** What it speaks to the gateway. */
  readonly dialect: DialectId;
  /** A model's name that it knows: for others, some leave tools out. */
  readonly model: string;
  /** Its own way to write a file. */
  writeCall(file: string, text: string): ToolCall;
  shellCall(command: string): ToolCall;
  args(access: AgentAccess, prompt: string): readonly string[];
  variables(access: AgentAccess): Readonly<Record<string, string>>;
  /** The files it reads its settings from, by their paths in the home folder. */
  settings(access: AgentAccess): Readonly<Record<string, string>>;
}

const CLAUDE_CODE: KnownAgent = {
  name: 'claude-code',
  package: '@anthropic-ai/claude-code',
  version: '2.1.330',
  script: 'cli-wrapper.cjs',
  dialect: 'anthropic-messages',
  model: 'claude-sonnet-4-5',
  writeCall: (file, text) => ({ name: 'Write', arguments: { file_path: file, content: text } }),
  shellCall: (command) => ({ name: 'Bash', arguments: { command, description: 'As asked' } }),
  args: ({ model }, prompt) => ['--print', prompt, '--model', model, '--allowedTools', 'Bash,Write'],
  // (code.claude.com/docs: LLM gateway configuration; Data usage)
  variables: ({ gatewayUrl, key }) => ({
    ANTHROPIC_BASE_URL: gatewayUrl,
    ANTHROPIC_AUTH_TOKEN: key,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
  }),
  settings: () => ({}),
};

const CODEX: KnownAgent = {
  name: 'codex',
  package: '@openai/codex',
  version: '0.169.0',
  script: 'bin/codex.js',
  dialect: 'openai-responses',
  model: 'gpt-5.5',
  // A freeform tool: its input is text in a grammar of its own, which is no JSON.
  writeCall: (file, text) => ({ name: 'apply_patch', arguments: { input: addFilePatch(file, text) } }),
  shellCall: (command) => ({ name: 'exec_command', arguments: { cmd: command } }),
  args: (_access, prompt) => ['exec', '--skip-git-repo-check', prompt],
  variables: ({ key }) => ({ SWITCHYARD_CLIENT_KEY: key }),
  // Plugins and apps are fetched at every start. (codex docs, config.md: Configuration reference)
  settings: ({ gatewayUrl, model }) => ({
    '.codex/config.toml': `
model = "${model}"
model_provider = "switchyard"
approval_policy = "never"
sandbox_mode = "danger-full-access"
web_search = "disabled"
check_for_update_on_startup = false
[model_providers.switchyard]
name = "Switchyard"
base_url = "${gatewayUrl}/v1"
wire_api = "responses"
env_key = "SWITCHYARD_CLIENT_KEY"
[features]
plugins = false
apps = false
[analytics]
enabled = false
`,
  }),
};

const GEMINI_CLI: KnownAgent = {
  name: 'gemini-cli',
  package: '@google/gemini-cli',
  version: '0.61.0',
  script: 'bundle/gemini.js',
  dialect: 'gemini',
  model: 'gemini-2.5-pro',
  writeCall: (file, text) => ({ name: 'write_file', arguments: { file_path: file, content: text } }),
  shellCall: (command) => ({ name: 'run_shell_command', arguments: { command, description: 'As asked' } }),
  args: ({ model }, prompt) => ['--prompt', prompt, '--model', model, '--yolo', '--skip-trust'],
  variables: ({ gatewayUrl, key }) => ({
    GOOGLE_GEMINI_BASE_URL: gatewayUrl,
    GEMINI_API_KEY: key,
    GEMINI_TELEMETRY_ENABLED: 'false',
  }),
  settings: () => ({
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    }),
  }),
};

function addFilePatch(file: string, text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return ['*** Begin Patch', `*** Add File: ${file}`, ...lines.map((line) => `+${line}`), '*** End Patch', ''].join(
    '\n',
  );
}

export const KNOWN_AGENTS: readonly KnownAgent[] = [CLAUDE_CODE, CODEX, GEMINI_CLI];
