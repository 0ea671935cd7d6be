/** Reads what audit events are from the types of `src/observability`: TypeScript 7 has no interface for programs. */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import {
  type Comment,
  parseSync,
  type Span,
  type TSInterfaceDeclaration,
  type TSPropertySignature,
  type TSType,
  type TSTypeAliasDeclaration,
} from 'oxc-parser'

/** What one member of an event is. */
export interface EventField {
  readonly name: string
  /** As it stands in the source; without `readonly` and `undefined`. */
  readonly type: string
  readonly isOptional: boolean
  readonly about: string
}

/** One type of event. */
export interface EventType {
  readonly type: string
  /** When it is emitted. */
  readonly about: string
  /** All but `type`, its own first. */
  readonly fields: readonly EventField[]
}

/** A union of events. */
export interface EventGroup {
  readonly name: string
  readonly about: string
  readonly types: readonly EventType[]
}

type Declaration = TSInterfaceDeclaration | TSTypeAliasDeclaration

/** A declaration, and the text that positions in it are of. */
interface Source {
  readonly declaration: Declaration
  readonly file: SourceFile
}

interface SourceFile {
  readonly name: string
  readonly text: string
  readonly comments: readonly Comment[]
}

type Sources = ReadonlyMap<string, Source>

/** The unions that `AuditEvent` is made of, in its order. @param files Their text by name. */
export function readEventGroups(files: ReadonlyMap<string, string>): readonly EventGroup[] {
  const sources = readSources(files)
  const { declaration } = find(sources, 'AuditEvent')
  if (declaration.type !== 'TSTypeAliasDeclaration') throw new Error('AuditEvent is no union')
  return choices(declaration.typeAnnotation).map((choice) => readGroup(sources, nameOf(choice)))
}

/** What the choices of a union of texts mean. @param name Of the union. */
export function readMeanings(
  files: ReadonlyMap<string, string>,
  name: string,
): readonly (readonly [value: string, about: string])[] {
  const { declaration, file } = find(readSources(files), name)
  if (declaration.type !== 'TSTypeAliasDeclaration') throw new Error(`${name} is no union`)
  return choices(declaration.typeAnnotation).map((choice) => {
    const value = textOf(choice, file).replaceAll("'", '')
    return [value, commentBefore(file, choice, value)]
  })
}

/** All files of a folder. */
export function readFolder(folder: string): ReadonlyMap<string, string> {
  const files = globSync(`${folder}/*.ts`).toSorted()
  return new Map(files.map((file) => [basename(file), readFileSync(file, 'utf8')]))
}

function readSources(files: ReadonlyMap<string, string>): Sources {
  const sources = new Map<string, Source>()
  for (const [name, text] of files) {
    const { program, comments, errors } = parseSync(name, text)
    if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message}`)
    for (const statement of program.body) {
      const declaration =
        statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
      if (
        declaration?.type === 'TSInterfaceDeclaration' ||
        declaration?.type === 'TSTypeAliasDeclaration'
      ) {
        sources.set(declaration.id.name, { declaration, file: { name, text, comments } })
      }
    }
  }
  return sources
}

function readGroup(sources: Sources, name: string): EventGroup {
  const { declaration, file } = find(sources, name)
  if (declaration.type !== 'TSTypeAliasDeclaration') throw new Error(`${name} is no union`)
  const types = choices(declaration.typeAnnotation).map((choice): EventType => {
    const [fields, kind] = [fieldsOf(sources, choice, file), typeOf(choice)]
    // The comment of a choice of a union stands before its bar.
    return { type: kind, about: commentBefore(file, choice, kind), fields }
  })
  return { name, about: commentBefore(file, declaration, name), types }
}

function find(sources: Sources, name: string): Source {
  const source = sources.get(name)
  if (source === undefined) throw new Error(`${name} is not declared beside the other events`)
  return source
}

function choices(type: TSType): readonly TSType[] {
  return type.type === 'TSUnionType' ? type.types : [type]
}

function parts(type: TSType): readonly TSType[] {
  if (type.type === 'TSParenthesizedType') return parts(type.typeAnnotation)
  return type.type === 'TSIntersectionType' ? type.types.flatMap(parts) : [type]
}

function nameOf(type: TSType): string {
  if (type.type === 'TSTypeReference' && type.typeName.type === 'Identifier') {
    return type.typeName.name
  }
  throw new Error(`a ${type.type} stands where a name is read`)
}

/** What `readonly type: '…'` says. */
function typeOf(choice: TSType): string {
  for (const part of parts(choice)) {
    if (part.type !== 'TSTypeLiteral') continue
    for (const member of part.members) {
      if (member.type !== 'TSPropertySignature' || keyOf(member) !== 'type') continue
      const literal = member.typeAnnotation?.typeAnnotation
      if (literal?.type === 'TSLiteralType' && literal.literal.type === 'Literal') {
        return String(literal.literal.value)
      }
    }
  }
  throw new Error('an event has no type')
}

function fieldsOf(sources: Sources, type: TSType, file: SourceFile): readonly EventField[] {
  return parts(type).flatMap((part) => {
    if (part.type === 'TSTypeLiteral') return ownFields(part.members, file)
    const name = nameOf(part)
    const [argument] = part.type === 'TSTypeReference' ? (part.typeArguments?.params ?? []) : []
    if (name !== 'Partial' || argument === undefined) return declaredFields(sources, name)
    return fieldsOf(sources, argument, file).map(asOptional)
  })
}

function asOptional({ name, type, about }: EventField): EventField {
  return { name, type, about, isOptional: true }
}

function declaredFields(sources: Sources, name: string): readonly EventField[] {
  const { declaration, file } = find(sources, name)
  if (declaration.type === 'TSTypeAliasDeclaration') {
    return fieldsOf(sources, declaration.typeAnnotation, file)
  }
  const inherited = declaration.extends.flatMap(({ expression }) => {
    if (expression.type !== 'Identifier') throw new Error(`${name} extends what has no name`)
    return declaredFields(sources, expression.name)
  })
  return [...inherited, ...ownFields(declaration.body.body, file)]
}

function ownFields(
  members: TSInterfaceDeclaration['body']['body'],
  file: SourceFile,
): readonly EventField[] {
  return members.flatMap((member) => {
    if (member.type !== 'TSPropertySignature') throw new Error(`${file.name}: a ${member.type}`)
    const name = keyOf(member)
    if (name === 'type') return []
    const annotation = member.typeAnnotation?.typeAnnotation
    if (annotation === undefined) throw new Error(`${file.name}: ${name} has no type`)
    const present = choices(annotation).filter(({ type }) => type !== 'TSUndefinedKeyword')
    return {
      name,
      type: present.map((choice) => textOf(choice, file)).join(' | '),
      isOptional: member.optional || present.length < choices(annotation).length,
      about: commentBefore(file, member, name),
    }
  })
}

function keyOf({ key }: TSPropertySignature): string {
  if (key.type !== 'Identifier') throw new Error(`a name is a ${key.type}`)
  return key.name
}

function textOf({ start, end }: Span, { text }: SourceFile): string {
  return text
    .slice(start, end)
    .replaceAll(/\breadonly /g, '')
    .replace(/^Readonly<(.*)>$/s, '$1')
    .replaceAll(/\{\s+/g, '{ ')
    .replaceAll(/\s+\}/g, ' }')
    .replaceAll(/\n\s*/g, '; ')
}

/** The doc comment that ends where a node, or the bar or `export` in front of it, begins. */
function commentBefore(
  { name, text, comments }: SourceFile,
  { start }: Span,
  what: string,
): string {
  const comment = comments.findLast(
    ({ type, value, end }) =>
      type === 'Block' &&
      value.startsWith('*') &&
      end <= start &&
      /^[\s|(]*(?:export\s+)?$/.test(text.slice(end, start)),
  )
  if (comment === undefined) throw new Error(`${name}: ${what} has no doc comment`)
  return comment.value
    .replaceAll(/^\s*\*+ ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
