/** The tools for user IDs and the move to Entra, in their order; each is at #/tools/NAME. */
export const toolNames = ['convert', 'lookup', 'import', 'forecast', 'handover', 'journal'] as const
export type ToolName = (typeof toolNames)[number]
