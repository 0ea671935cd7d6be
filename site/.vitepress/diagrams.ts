/** Fences of the language `mermaid`, which GitHub draws by itself, as components that do so here. */
import type { MarkdownRenderer } from 'vitepress'

export function useDiagrams(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info = '', content = '' } = tokens[index] ?? {}
    if (info.trim() === 'mermaid')
      return `<MermaidDiagram source="${encodeURIComponent(content)}" />`
    return fence?.(tokens, index, options, env, self) ?? ''
  }
}
