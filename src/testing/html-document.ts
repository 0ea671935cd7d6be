import type { parseDocument } from 'htmlparser2'
import { importPeer } from '../runtime/index.ts'

type Document = ReturnType<typeof parseDocument>
type ChildNode = Document['children'][number]
type Element = Extract<ChildNode, { attribs: unknown }>

/** A field of a form with the value it would be sent with. */
export interface FormField {
  readonly name: string
  readonly type: string
  readonly value: string
  /** Whether a checkbox is ticked; `true` for every other field. */
  readonly checked: boolean
}

/** A button that submits its form. */
export interface FormButton {
  readonly label: string
  readonly name: string | undefined
  readonly value: string
}

/** A form of a page. */
export interface PageForm {
  readonly action: URL
  readonly method: 'GET' | 'POST'
  readonly fields: readonly FormField[]
  readonly buttons: readonly FormButton[]
}

/** What a human sees of an HTML document and can act on. */
export interface PageView {
  readonly title: string
  /** The visible text with white space collapsed. */
  readonly text: string
  readonly forms: readonly PageForm[]
}

const TEXT_NODE = 3
const INVISIBLE: ReadonlySet<string> = new Set(['head', 'script', 'style', 'template', 'title'])

/** Reads the title, the text and the forms of an HTML document. It runs no script. */
export async function readPage(markup: string, url: URL): Promise<PageView> {
  const parser = await importPeer('htmlparser2', () => import('htmlparser2'))
  const document = parser.parseDocument(markup)
  const [title] = elements(document, 'title')
  return {
    title: title === undefined ? '' : textOf(title.children),
    text: textOf(document.children),
    forms: [...elements(document, 'form')].map((form) => readForm(form, url)),
  }
}

function readForm(form: Element, url: URL): PageForm {
  const inputs = [...elements(form, 'input')].filter(isSuccessful)
  const buttons = [...elements(form, 'button')].filter(({ attribs }) => !('disabled' in attribs))
  return {
    action: new URL(form.attribs['action'] ?? '', url),
    method: form.attribs['method']?.toLowerCase() === 'post' ? 'POST' : 'GET',
    fields: inputs.map(({ attribs }) => ({
      name: attribs['name'] ?? '',
      type: attribs['type'] ?? 'text',
      value: attribs['value'] ?? (attribs['type'] === 'checkbox' ? 'on' : ''),
      checked: attribs['type'] !== 'checkbox' || 'checked' in attribs,
    })),
    buttons: buttons.map((button) => ({
      label: textOf(button.children),
      name: button.attribs['name'],
      value: button.attribs['value'] ?? '',
    })),
  }
}

/** HTML, "constructing the entry list": a field without a name or disabled is not sent. */
function isSuccessful({ attribs }: Element): boolean {
  return attribs['name'] !== undefined && !('disabled' in attribs)
}

function* elements(parent: Document | Element, name: string): Generator<Element> {
  for (const child of parent.children) {
    if (!isElement(child)) continue
    if (child.name === name) yield child
    yield* elements(child, name)
  }
}

function textOf(nodes: readonly ChildNode[]): string {
  return nodes.map(visibleText).join('').replace(/\s+/g, ' ').trim()
}

function visibleText(node: ChildNode): string {
  if (node.nodeType === TEXT_NODE) return node.data
  return isElement(node) && !INVISIBLE.has(node.name)
    ? ` ${node.children.map(visibleText).join('')} `
    : ''
}

function isElement(node: ChildNode): node is Element {
  return 'attribs' in node
}
