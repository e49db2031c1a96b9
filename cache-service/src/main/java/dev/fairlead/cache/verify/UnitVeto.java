package dev.fairlead.cache.verify;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The same units, currencies and periods, however they are spelled. */
final class UnitVeto implements Veto {

  private static final Map<String, String> UNITS =
      Words.canonical(
          "km kilometer kilometers kilometre kilometres",
          "meter meters metre metres",
          "cm centimeter centimeters",
          "mm millimeter millimeters",
          "mile miles mi",
          "yard yards",
          "foot feet ft",
          "inch inches",
          "kg kilogram kilograms",
          "gram grams",
          "mg milligram milligrams",
          "pound pounds lb lbs",
          "ounce ounces oz",
          "ton tons tonne tonnes",
          "liter liters litre litres",
          "ml milliliter milliliters",
          "gallon gallons",
          "pint pints",
          "cup cups",
          "tablespoon tablespoons tbsp",
          "teaspoon teaspoons tsp",
          "celsius centigrade",
          "fahrenheit",
          "kelvin",
          "mph",
          "kph kmh",
          "usd dollar dollars $",
          "eur euro euros \u20ac",
          "gbp sterling \u00a3",
          "jpy yen \u00a5",
          "inr rupee rupees rs \u20b9",
          "percent percentage %",
          "degree degrees \u00b0",
          "millisecond milliseconds ms",
          "seconds sec secs",
          "minute minutes mins",
          "hour hours hourly hrs",
          "day days daily",
          "week weeks weekly",
          "month months monthly",
          "quarter quarters quarterly",
          "year years yearly annual annually",
          "decade decades",
          "century centuries",
          "byte bytes",
          "kb kilobyte kilobytes",
          "mb megabyte megabytes",
          "gb gigabyte gigabytes",
          "tb terabyte terabytes",
          "watt watts",
          "kw kilowatt kilowatts",
          "kwh",
          "volt volts",
          "amp amps",
          "calorie calories kcal",
          "joule joules",
          "acre acres",
          "hectare hectares");

  /** Abbreviations that are units only right behind a number. */
  private static final Map<String, String> AFTER_NUMBER =
      Map.of(
          "m",
          "meter",
          "g",
          "gram",
          "l",
          "liter",
          "in",
          "inch",
          "c",
          "celsius",
          "f",
          "fahrenheit",
          "s",
          "seconds",
          "min",
          "minute",
          "h",
          "hour",
          "v",
          "volt");

  @Override
  public Kind kind() {
    return Kind.UNIT;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return !units(a).equals(units(b));
  }

  /** Whether both words name the same unit. */
  static boolean same(String one, String other) {
    return UNITS.containsKey(one) && Objects.equals(UNITS.get(one), UNITS.get(other));
  }

  private static Set<String> units(Phrase phrase) {
    Set<String> units = new HashSet<>();
    List<String> words = phrase.words();
    for (int i = 0; i < words.size(); i++) {
      String unit = UNITS.get(words.get(i));
      if (unit == null && i > 0 && Phrase.isNumber(words.get(i - 1))) {
        unit = AFTER_NUMBER.get(words.get(i));
      }
      if (unit != null) {
        units.add(unit);
      }
    }
    return units;
  }
}
