// The view "About".

export const about = [
  "This page listens through the microphone and names the sounds around you. Everything runs in your browser: no sound, and nothing about it, is sent anywhere.",
  "It knows only the sounds listed under Models, and it makes mistakes. Do not rely on it where safety matters.",
];
