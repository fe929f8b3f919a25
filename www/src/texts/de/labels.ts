// Die Namen der Geräusche und ihrer Gruppen, unter den Bezeichnungen der Modelle.

import { animals } from "./labels/animals.js";
import { music } from "./labels/music.js";
import { noises } from "./labels/noises.js";
import { outdoors } from "./labels/outdoors.js";
import { people } from "./labels/people.js";
import { things } from "./labels/things.js";

const urban: Readonly<Record<string, string>> = {
  air_conditioner: "Klimaanlage",
  car_horn: "Autohupe",
  children_playing: "Spielende Kinder",
  dog_bark: "Hundebellen",
  drilling: "Bohren",
  engine_idling: "Motor im Leerlauf",
  gun_shot: "Schuss",
  jackhammer: "Presslufthammer",
  siren: "Sirene",
  street_music: "Straßenmusik",
};

export const labels: Readonly<Record<string, string>> = {
  ...urban,
  ...people,
  ...animals,
  ...music,
  ...outdoors,
  ...things,
  ...noises,
};

export const groups: Readonly<Record<string, string>> = {
  Speech: "Sprechen",
  People: "Menschen",
  Crowd: "Menschenmenge",
  Music: "Musik",
  Dog: "Hund",
  Cat: "Katze",
  Birds: "Vögel",
  Animals: "Tiere",
  Insects: "Insekten",
  Vehicles: "Fahrzeuge",
  Trains: "Züge",
  Aircraft: "Luftfahrt",
  Machines: "Maschinen",
  Tools: "Werkzeuge",
  everyday: "Selbst angelernt",
  Alarms: "Warnsignale",
  Ringing: "Klingeln, Läuten",
  "Home, office": "Zuhause, Büro",
  Kitchen: "Küche",
  "Knocks, bangs": "Klopfen, Knallen",
  "Rustles, scrapes": "Rascheln, Kratzen",
  Water: "Wasser",
  Weather: "Wetter",
  Fire: "Feuer",
  Background: "Hintergrund",
};
