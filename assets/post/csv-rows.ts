import type { Analysis } from '../analysis/schema.js'
import type { ImageRecord, PostRecord } from './post-record.js'

/**
 * A post as the rows of a table, one an image: what is known of the image, its first garment in columns of its own, all
 * garments in words, and the manifest's columns as JSON.
 */
export const csvRows = {
  header: [
    'post_id',
    'position',
    'image',
    'state',
    'reason',
    'description',
    'category',
    'type',
    'colors',
    'pattern',
    'material',
    'fit',
    'length',
    'sleeve',
    'neckline',
    'garments',
    'styles',
    'occasion',
    'seasons',
    'palette',
    'setting',
    'people_count',
    'visible_text',
    'brand',
    'quality',
    'confidence',
    'columns',
  ],

  rowsOf({ post_id, columns, images }: PostRecord): string[][] {
    return images.map((image) => [
      post_id,
      String(image.position),
      image.image,
      image.state,
      image.reason ?? '',
      ...analysisCells(image),
      JSON.stringify({ ...columns, ...image.columns }),
    ])
  },
}

const ANALYSIS_CELLS = 21

function analysisCells({ analysis }: ImageRecord): string[] {
  if (!analysis) return Array<string>(ANALYSIS_CELLS).fill('')
  const [first] = analysis.garments
  return [
    analysis.description,
    first?.category ?? '',
    first?.type ?? '',
    first?.colors.join('; ') ?? '',
    first?.pattern ?? '',
    first?.material ?? '',
    first?.fit ?? '',
    first?.length ?? '',
    first?.sleeve ?? '',
    first?.neckline ?? '',
    analysis.garments.map(garmentInWords).join('; '),
    analysis.styles.join('; '),
    analysis.occasion,
    analysis.seasons.join('; '),
    analysis.palette.join('; '),
    analysis.setting,
    String(analysis.people_count),
    analysis.visible_text ?? '',
    analysis.brand ?? '',
    analysis.quality,
    String(analysis.confidence),
  ]
}

function garmentInWords({ colors, type, category }: Analysis['garments'][number]): string {
  return [colors.join('/'), type || category].filter((word) => word !== '').join(' ')
}
