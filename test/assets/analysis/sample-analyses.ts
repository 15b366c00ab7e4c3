import type { Analysis } from '../../../assets/analysis/schema.js'

/** A street photo as the original profile describes it. */
export const streetLook: Analysis = {
  description: 'A woman wears a navy floral wrap dress with white sneakers on a city street.',
  garments: [
    {
      category: 'dress',
      type: 'wrap dress',
      colors: ['navy', 'white'],
      pattern: 'floral',
      material: 'chiffon',
      fit: 'regular',
      length: 'midi',
      sleeve: 'short',
      neckline: 'v_neck',
      details: ['belted waist', 'ruffled hem'],
    },
    {
      category: 'sneakers',
      type: 'low-top sneakers',
      colors: ['white'],
      pattern: 'solid',
      material: 'leather',
      fit: 'unknown',
      length: 'unknown',
      sleeve: 'unknown',
      neckline: 'unknown',
      details: [],
    },
  ],
  styles: ['casual', 'romantic'],
  occasion: 'everyday',
  seasons: ['spring', 'summer'],
  palette: ['navy', 'white'],
  setting: 'street',
  people_count: 1,
  visible_text: null,
  brand: null,
  quality: 'high',
  confidence: 0.86,
}

/** One garment photographed on a bed. */
export const denimShorts: Analysis = {
  description: 'Blue denim shorts with a frayed hem lie on a beige blanket.',
  garments: [
    {
      category: 'shorts',
      type: 'denim shorts',
      colors: ['blue'],
      pattern: 'solid',
      material: 'denim',
      fit: 'regular',
      length: 'mini',
      sleeve: 'unknown',
      neckline: 'unknown',
      details: ['frayed hem'],
    },
  ],
  styles: ['casual'],
  occasion: 'everyday',
  seasons: ['summer'],
  palette: ['blue', 'beige'],
  setting: 'flat_lay',
  people_count: 0,
  visible_text: 'LEVI STRAUSS',
  brand: 'Levi’s',
  quality: 'medium',
  confidence: 0.9,
}
