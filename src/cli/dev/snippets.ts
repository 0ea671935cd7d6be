/** How clients are told of a server, each as it is pasted. */
export function clientSnippets(resource: string): readonly string[] {
  const added = JSON.stringify({ name: 'dev', type: 'http', url: resource })
  const entry = JSON.stringify({ mcpServers: { dev: { url: resource } } })
  return [
    `Claude Code   claude mcp add --transport http dev ${resource}`,
    `VS Code       code --add-mcp '${added}'`,
    `Cursor        ${entry}   (in .cursor/mcp.json)`,
    `Inspector     npx @modelcontextprotocol/inspector --transport http --server-url ${resource}`,
    `mcp-remote    npx mcp-remote ${resource}`,
  ]
}
