/** The package brings no types for its schemas. */
declare module 'discord-api-spec/zod' {
  interface Schema {
    safeParse(value: unknown): { success: boolean; error?: { message: string } }
  }
  export const ApplicationCommandUpdateRequestSchema: Schema
  export const MessageCreateRequestSchema: Schema
  export const MessageEditRequestPartialSchema: Schema
  export const MessageResponseSchema: Schema
}
