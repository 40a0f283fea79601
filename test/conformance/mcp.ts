import { readSkillInstall } from '../../src/cli/skill-arguments.ts'
import { parseEnvFile } from '../../src/tools/mcp/env-file.ts'
import { mcpToolName } from '../../src/tools/mcp/names.ts'
import { isDeferred } from '../../src/tools/mcp/settings.ts'
import { isSkillFile, isSkillFolder, parseGithubRef } from '../../src/tools/skills/github-ref.ts'
import { isSafeSlug } from '../../src/tools/skills/slug.ts'
import type { Adapters } from './adapters.ts'

export const adapters: Adapters = {
  mcpToolName: ({ server, tool }: { server: string; tool: string }) => mcpToolName(server, tool),
  mcpServerDeferred: (input: { discoveryEnabled: boolean; serverDeferred: boolean | null }) =>
    isDeferred(input.discoveryEnabled, input.serverDeferred ?? undefined),
  parseEnvFile: (text: string) => ({ env: parseEnvFile(text) }),
  parseGithubSkillRef({ target, baseUrl }: { target: string; baseUrl?: string }) {
    const { folder: installDir, ...ref } = parseGithubRef(target, baseUrl)
    return { ...ref, installDir }
  },
  skillFileWanted: ({ file, root }: { file: string; root: boolean }) => isSkillFile(file, root),
  skillFolderWanted: (name: string) => isSkillFolder(name),
  skillInstallArgs({ args, registry }: { args: readonly string[]; registry: string }) {
    readSkillInstall([...(registry === '' ? [] : ['--registry', registry]), ...args])
    return { ok: true }
  },
  isSafeSkillSlug: (slug: string) => isSafeSlug(slug),
}
