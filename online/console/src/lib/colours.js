// Okabe and Ito's colours, safe for the colour-blind, brightened for the dark theme.
export const COLOURS = {
  inTime: '#56b4e9',
  antiCoincident: '#e69f00',
  residual: '#2fd0a5',
  noBeam: '#cc79a7',
  bad: '#ff7a3d',
  text: '#dbe4ee',
  dim: '#8595a8',
  line: '#2b3746',
  panel: '#151d28',
};

// Cividis, from dark to light: readable in grey as well.
export const COUNT_PALETTE = [
  '#12294a', '#14356a', '#3a476b', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838',
];
// Through the panel's own dark: negative blue, positive orange.
export const RESIDUAL_PALETTE = [
  '#a8dcff', '#56b4e9', '#2f7aaa', '#1f4a68', '#151d28', '#5a3f10', '#a3700a', '#e69f00', '#ffd98c',
];
