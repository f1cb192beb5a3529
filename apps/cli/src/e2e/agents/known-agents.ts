import type { AgentPackage } from './install-agent.js';

/** Where an agent finds the gateway, and what it may call itself there. */
export interface AgentAccess {
  readonly gatewayUrl: string;
  readonly key: string;
  readonly model: string;
}

/** A command-line agent, and how it is told to use the gateway alone, to ask nobody, and to keep itself to itself. */
export interface KnownAgent extends AgentPackage {
  readonly name: string;
  /** What it speaks to the gateway. */
  readonly dialect: string;
  /** Its tool that runs a command. */
  readonly shellTool: string;
  /** The arguments of that tool. */
  shellArguments(command: string): Readonly<Record<string, unknown>>;
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
  shellTool: 'Bash',
  shellArguments: (command) => ({ command, description: 'As asked' }),
  args: ({ model }, prompt) => ['--print', prompt, '--model', model, '--allowedTools', 'Bash'],
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
  shellTool: 'exec_command',
  shellArguments: (command) => ({ cmd: command }),
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
  shellTool: 'run_shell_command',
  shellArguments: (command) => ({ command, description: 'As asked' }),
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

export const KNOWN_AGENTS: readonly KnownAgent[] = [CLAUDE_CODE, CODEX, GEMINI_CLI];
