import type { Tool } from '../../core/tool.ts'
import type { FileAccess } from './access.ts'
import { editFileTool } from './edit-file.ts'
import { listDirTool } from './list-dir.ts'
import { readFileByBytes } from './read-bytes.ts'
import { readFileByLines } from './read-lines.ts'
import { appendFileTool, writeFileTool } from './write-file.ts'

export interface FileToolOptions {
  readonly access: FileAccess
  /** How read_file counts. Default bytes. */
  readonly mode?: 'bytes' | 'lines'
  /** Bytes that read_file shows per call. */
  readonly readLimit?: number
}

/** read_file, write_file, edit_file, append_file and list_dir. */
export function fileTools({ access, mode = 'bytes', readLimit }: FileToolOptions): readonly Tool[] {
  return [
    mode === 'lines' ? readFileByLines(access, readLimit) : readFileByBytes(access, readLimit),
    writeFileTool(access),
    editFileTool(access),
    appendFileTool(access),
    listDirTool(access),
  ]
}
