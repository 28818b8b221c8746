/** XMP packets: what of one says whose the picture is, and the reservation against data mining. */
import { DOMImplementation, DOMParser, type Document, type Element, XMLSerializer } from '@xmldom/xmldom'

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
const DC = 'http://purl.org/dc/elements/1.1/'
const PLUS = 'http://ns.useplus.org/ldf/xmp/1.0/'
const XMLNS = 'http://www.w3.org/2000/xmlns/'

/** PLUS Data Mining: prohibited except where applicable law permits it (IPTC Photo Metadata Standard 2023.1). */
const PROHIBITED = 'http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED'

/** Properties about rights, by namespace; null: all of it. */
const RIGHTS: ReadonlyMap<string, ReadonlySet<string> | null> = new Map<string, ReadonlySet<string> | null>([
  [DC, new Set(['rights', 'creator'])],
  ['http://ns.adobe.com/xap/1.0/rights/', null],
  [PLUS, null],
  ['http://creativecommons.org/ns#', null],
  ['http://ns.adobe.com/photoshop/1.0/', new Set(['Credit', 'AuthorsPosition'])],
  ['http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/', new Set(['CreatorContactInfo'])],
])

const isRights = (namespace: string | null, name: string | null): boolean => {
  const names = RIGHTS.get(namespace ?? '')
  return names === null || (names?.has(name ?? '') ?? false)
}

/** The packet as a tree; null when it is not well-formed. */
function treeOf(xmp: string): Document | null {
  try {
    return new DOMParser({ onError: stop }).parseFromString(xmp.replace(/\0+$/, ''), 'text/xml')
  } catch {
    return null
  }
}

/** The same; null when it has no description as well. */
function parse(xmp: string): Document | null {
  const document = treeOf(xmp)
  return document && descriptions(document).length > 0 ? document : null
}

function stop(level: string, message: string): void {
  if (level !== 'warning') throw new SyntaxError(message)
}

const descriptions = (document: Document): Element[] =>
  [...document.getElementsByTagNameNS(RDF, 'Description')].filter(
    ({ parentNode }) => (parentNode as Element).namespaceURI === RDF && parentNode?.localName === 'RDF',
  )

function empty(): { document: Document; description: Element } {
  const document = new DOMImplementation().createDocument('adobe:ns:meta/', 'x:xmpmeta', null)
  const rdf = document.createElementNS(RDF, 'rdf:RDF')
  const description = document.createElementNS(RDF, 'rdf:Description')
  description.setAttributeNS(RDF, 'rdf:about', '')
  rdf.appendChild(description)
  document.documentElement!.appendChild(rdf)
  return { document, description }
}

const packet = (document: Document): string =>
  `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n${new XMLSerializer().serializeToString(
    document.documentElement!,
  )}\n<?xpacket end="w"?>`

/** Properties that hold a picture as base64: previews, and the originals and depth maps of phones. */
const PICTURES = new Set(['image', 'Data', 'ConfidenceMap', 'RelitInputImageData'])
/** How JPEG, PNG, WebP, GIF and TIFF begin in base64. */
const PICTURE = /^(?:\/9j\/|iVBORw0KGgo|UklGR|R0lGOD|SUkqA|TU0AK)/
/** Characters of the shortest text that can be one of them: a hundred bytes. */
const SHORTEST = 136

const isPicture = (name: string | null, text: string): boolean => {
  const dense = text.replace(/\s/g, '')
  return dense !== '' && (PICTURES.has(name ?? '') || (dense.length >= SHORTEST && PICTURE.test(dense)))
}

/** The packet without embedded pictures, whatever they are called; null where it cannot be read, and so may hold some. */
export function withoutXmpPreviews(xmp: string): string | null {
  const document = treeOf(xmp)
  if (document === null) return null
  let cut = false
  for (const element of [...document.getElementsByTagName('*')]) {
    for (const attribute of [...element.attributes]) {
      if (!isPicture(attribute.localName, attribute.value)) continue
      attribute.value = ''
      cut = true
    }
    const isLeaf = [...element.childNodes].every(({ nodeType }) => nodeType !== element.nodeType)
    if (!isLeaf || !isPicture(element.localName, element.textContent ?? '')) continue
    element.textContent = ''
    cut = true
  }
  return cut ? packet(document) : xmp
}

/** Creator and copyright as they are found in older kinds of metadata. */
export interface Attribution {
  readonly artist: string | null
  readonly copyright: string | null
}

/**
 * A new packet with the properties about rights only, completed from `known`; null where there are none.
 * A packet that cannot be read has none.
 */
export function rightsXmp(xmp: string | null, known: Attribution): string | null {
  const old = xmp === null ? null : parse(xmp)
  const { document, description } = empty()
  for (const source of old ? descriptions(old) : []) {
    for (const { namespaceURI, localName, name, value } of [...source.attributes]) {
      if (isRights(namespaceURI, localName)) description.setAttributeNS(namespaceURI, name, value)
    }
    for (const child of [...source.childNodes] as Element[]) {
      if (isRights(child.namespaceURI, child.localName)) description.appendChild(document.importNode(child, true))
    }
  }
  const { artist, copyright } = known
  if (artist !== null && !has(description, 'creator'))
    description.appendChild(listOf(document, 'creator', 'Seq', artist))
  if (copyright !== null && !has(description, 'rights')) {
    description.appendChild(listOf(document, 'rights', 'Alt', copyright))
  }
  return description.hasChildNodes() || description.attributes.length > 1 ? packet(document) : null
}

const has = (description: Element, name: string): boolean =>
  description.hasAttributeNS(DC, name) || description.getElementsByTagNameNS(DC, name).length > 0

function listOf(document: Document, name: string, kind: 'Seq' | 'Alt', text: string): Element {
  const property = document.createElementNS(DC, `dc:${name}`)
  const list = document.createElementNS(RDF, `rdf:${kind}`)
  const item = document.createElementNS(RDF, 'rdf:li')
  property.appendChild(list)
  list.appendChild(item)
  if (kind === 'Alt') item.setAttribute('xml:lang', 'x-default')
  item.appendChild(document.createTextNode(text))
  return property
}

/** The packet, or a new one, that says "no data mining" in the words of IPTC and PLUS. An unreadable one is replaced. */
export function reservedXmp(xmp: string | null): string {
  const document = (xmp === null ? null : parse(xmp)) ?? empty().document
  const [first, ...others] = descriptions(document)
  for (const description of [first!, ...others]) {
    description.removeAttributeNS(PLUS, 'DataMining')
    for (const element of [...description.getElementsByTagNameNS(PLUS, 'DataMining')]) {
      element.parentNode!.removeChild(element)
    }
  }
  first!.setAttributeNS(XMLNS, 'xmlns:plus', PLUS)
  first!.setAttributeNS(PLUS, 'plus:DataMining', PROHIBITED)
  return packet(document)
}
