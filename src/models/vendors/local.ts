import type { Vendor } from '../vendor.ts'
import { compatible } from './common.ts'

const server = { ...compatible, keyless: true, local: true } as const

/** What runs on this machine. */
export const local = {
  ollama: {
    ...server,
    label: 'Ollama',
    apiBase: 'http://localhost:11434/v1',
    keyUrl: 'https://ollama.com/download',
    errors: [
      {
        message: 'model .{1,80} not found, try pulling it first',
        kind: 'not-found',
        mend: 'Fetch it with "ollama pull NAME".',
      },
      { message: 'model requires more system memory', kind: 'overloaded', mend: 'Choose a smaller model.' },
    ],
  },
  lmstudio: {
    ...server,
    label: 'LM Studio',
    aliases: ['lm-studio'],
    apiBase: 'http://localhost:1234/v1',
    keyUrl: 'https://lmstudio.ai',
    errors: [{ message: 'no models loaded', kind: 'not-found', mend: 'Load a model in LM Studio.' }],
  },
  vllm: { ...server, label: 'vLLM', apiBase: 'http://localhost:8000/v1', keyUrl: 'https://docs.vllm.ai' },
  llamacpp: {
    ...server,
    label: 'llama.cpp',
    aliases: ['llama.cpp', 'llama-cpp'],
    apiBase: 'http://localhost:8080/v1',
    keyUrl: 'https://github.com/ggml-org/llama.cpp',
  },
  gpt4free: {
    ...server,
    label: 'gpt4free',
    aliases: ['g4f'],
    apiBase: 'http://localhost:1337/v1',
    keyUrl: 'https://github.com/xtekky/gpt4free',
  },
  'claude-cli': {
    protocol: 'claude-cli',
    label: 'Claude Code CLI',
    aliases: ['claudecli', 'claude-code'],
    keyless: true,
    local: true,
  },
  'codex-cli': {
    protocol: 'codex-cli',
    label: 'Codex CLI',
    aliases: ['codexcli', 'codex-code'],
    keyless: true,
    local: true,
  },
  builtin: { protocol: 'guide', label: 'Built-in guide', keyless: true, local: true, suggested: 'guide' },
} as const satisfies Record<string, Vendor>
