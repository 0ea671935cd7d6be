import { describe, expect, test } from 'vitest'
import { renderGuide } from '../../../src/pages/index.ts'

const render = async (markdown: string): Promise<string> => (await renderGuide(markdown)).markup

describe('a guide', () => {
  test('is CommonMark, with headings of one rank', async () => {
    expect(await render('# One\n\n1. *two*\n2. `three`\n\n###### Four')).toBe(
      '<h3>One</h3>\n<ol>\n<li><em>two</em></li>\n<li><code>three</code></li>\n</ol>\n<h3>Four</h3>\n',
    )
  })

  test('opens links to https in a window of their own, without telling where from', async () => {
    expect(await render('[tokens](https://id.example/tokens)')).toBe(
      '<p><a href="https://id.example/tokens" target="_blank" rel="noopener noreferrer nofollow" referrerpolicy="no-referrer">tokens</a></p>\n',
    )
  })

  test.each([
    '[a](http://id.example)',
    '[a](javascript:alert%281%29)',
    '[a](java&#x0A;script:alert%281%29)',
    '[a](data:text/html;base64,PHNjcmlwdD4=)',
    '[a](//id.example)',
    '[a](/account/sign-out)',
    '[a](#x)',
    '[a](mailto:eve@id.example)',
    '<https://>',
    '<mailto:eve@id.example>',
  ])('SEC-252: has no link for %s', async (markdown) => {
    expect(await render(markdown)).not.toMatch(/<a|href/)
  })

  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '![a](https://tracker.example/pixel.png)',
    '![a](data:image/png;base64,AAAA)',
    '<style>*{display:none}</style>',
    '<form action="https://evil.example"><input name="token"></form>',
    '<iframe src="https://evil.example"></iframe>',
    '<a href="https://id.example" onclick="alert(1)">a</a>',
    '<svg><script>alert(1)</script></svg>',
    '`</code><script>alert(1)</script>`',
    '```html" onload="alert(1)\n<b>\n```',
    '<p style="position:fixed">a</p>',
  ])('SEC-252: has nothing but text of %s', async (markdown) => {
    const rendered = await render(markdown)
    expect(rendered).not.toMatch(/<(script|img|style|form|input|iframe|svg)/i)
    expect(rendered).not.toMatch(/<[^>]*\s(on\w+|style|src|class|id)=/i)
  })
})
