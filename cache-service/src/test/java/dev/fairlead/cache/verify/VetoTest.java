package dev.fairlead.cache.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every veto by itself, in both directions: one table each, rows {@code refuses | a | b}. */
class VetoTest {

  private static final String NUMBER =
      """
      true  | add 5 eggs | add 6 eggs
      true  | rows 1 to 5 | rows 5 to 1
      true  | two cups | three cups
      true  | a million users | a thousand users
      false | seven days | 7 days
      false | 1,500 words | 1500 words
      false | the 2nd row | the 2 row
      true  | convert -40 celsius | convert 40 celsius
      true  | a loss of -$5 | a loss of $5
      true  | \u221240 outside | 40 outside
      false | \u221240 outside | -40 outside
      false | pages 5-10 | pages 5 - 10
      false | covid-19 rules | covid 19 rules
      true  | take .5 mg | take 5 mg
      false | take .50 mg | take 0.5 mg
      true  | new in python 3.10 | new in python 3.1
      false | new in python 3.0 | new in python 3
      false | is 2.50 enough | is 2.5 enough
      true  | the price of an a100 | the price of an h100
      true  | is gpt-4o good | is gpt-4 good
      true  | a 3d film | a 3 film
      false | a 3d film | a 3 D film
      false | is GPT4 good | is gpt-4 good
      false | games for ps5 | games for playstation 5
      false | 5km away | 5 kilometers away
      false | a phone for rs500 | a phone for 500 rs
      false | the plan for $2.50 | the plan for $2.5
      true  | a salary of 100k | a salary of 100
      true  | a salary of 100k | a salary of 100bn
      false | a salary of 100k | a salary of 100 thousand
      false | a salary of 100k | a salary of 100,000
      false | 1.5 million people | 1,500,000 people
      false | two hundred thousand | 200,000
      false | twenty one thousand | 21000
      false | a hundred days | 100 days
      true  | 5 of a million | 5 million
      true  | the first hundred | the hundred
      true  | 1.5 million people | 1.5 billion people
      true  | World War I | World War II
      true  | type i diabetes | type ii diabetes
      true  | henry v | henry i
      false | World War II | world war 2
      false | can i pay | i can pay
      true  | \u0663 books | \u0664 books
      false | \u0663 books | 3 books
      """;
  private static final String DATE =
      """
      true  | open on monday | open on sunday
      true  | last week | next week
      false | due in jan | due in January
      false | open on Mondays | open on monday
      true  | rome in march | rome in may
      true  | a table for may 5 | a table for the 5th
      true  | how warm is march | how warm is may
      true  | fly in mar | fly in may
      false | the march weather in rome | the weather in rome in march
      false | may weather in rome | weather in rome in may
      false | may I fly in mar 2020 | may I fly in march 2020
      false | may I pay later | can I pay later
      false | how do soldiers march | how do soldiers walk
      """;
  private static final String UNIT =
      """
      true  | 5 kg of flour | 5 lb of flour
      true  | pay monthly | pay yearly
      true  | a fee in $ | a fee in \u20ac
      false | 5 km away | 5 kilometers away
      false | 10 % off | 10 percent off
      true  | is it \u20b9500 | is it 500
      true  | is it \u20b9500 | is it $500
      false | is it \u20b9500 | is it 500 rupees
      """;
  private static final String NEGATION =
      """
      true  | is it safe | is it not safe
      true  | with sugar | without sugar
      true  | I can log in | I can't log in
      false | it isn't open | it is not open
      true  | the card hasnt arrived | the card has arrived
      true  | I havent paid | I have paid
      true  | I hadnt paid | I had paid
      true  | it wasnt me | it was me
      true  | we werent there | we were there
      true  | it aint open | it is open
      true  | you mustnt go | you must go
      true  | you neednt go | you need go
      true  | we shant go | we shall go
      true  | I donot agree | I do agree
      true  | I do n't know | I do know
      false | I do n't know | I don't know
      false | the card hasnt arrived | the card hasn't arrived
      false | I don\u00b4t know | I dont know
      """;
  private static final String ANTONYM =
      """
      true  | enable the alarm | disable the alarm
      true  | wine before or after dinner | wine after or after dinner
      true  | courses online | courses offline
      true  | is it possible | is it impossible
      true  | selling a house | buying a house
      false | enable the alarm | turn the alarm to enabled
      false | pros and cons of it | the pros and cons
      """;
  private static final String DIRECTION =
      """
      true  | from iTunes to my computer | from my to iTunes computer
      true  | upgrade from Windows 7 to Windows 10 | upgrade from Windows to Windows 7 10
      true  | words from your friend to you | words from you to your friend
      true  | transfer money Brazil to Canada | transfer money Canada to Brazil
      false | what's an appropriate answer? | Please answer: what's an appropriate answer?
      false | hello, where is my card | where is my card
      false | is it possible to start an all in one supply | can one start an all in one supply
      """;
  private static final String ENTITY =
      """
      true  | the mayor of Boston | the mayor of Denver
      false | the mayor of Boston | the mayor
      false | What are Trump\u2019s plans | what are trump\u2019s plans
      false | Is Marissa\u2019s class full | is Marissa's class full
      true  | books by O'Brien | books by O'Connor
      false | ask whether I'm late | ask whether Bob is late
      """;
  private static final String SUBSTITUTION =
      """
      true  | where to buy basketball shoes | where to buy hockey shoes
      true  | the difference between cats and dogs | the sum between cats and dogs
      false | where to buy basketball shoes | where to buy a hockey stick
      false | how do I pay my bill | how do I payment my bill
      false | what is in my bag | which is in my bag
      false | top up limit | top up maximum
      false | how long is 5 km | how long is 5 kilometers
      false | is it open on monday | is it open on mondays
      false | what happened in mar 2020 | what happened in march 2020
      true  | capital of austria | capital of australia
      true  | what is the capital of austria | what is the capital of australia
      true  | how long does a transfer take | how long does a transaction take
      true  | is the hotel hot today | is the hotel hotel today
      true  | how do I replace my card | how do I replace my car
      true  | how do I replace my card | how do I replace my care
      true  | where is my plan ticket | where is my plane ticket
      true  | what is my policy number | what is my police number
      true  | is the part on friday | is the party on friday
      true  | what are the store hours | what are the story hours
      true  | what are contest rules | what are content rules
      true  | how do I pay a student loan | how do I pay a study loan
      false | how do I cancel a payment | how do I cancel a pay
      false | how do I change my pin | how do I changing my pin
      false | can I be cancelled on | can I be canceling on
      false | she cares for cats | she cared for cats
      false | is the delivery tracked | is the deliveries tracked
      false | where do drivers register | where do driving register
      false | how do I stop smoking | how do I stopping smoking
      false | cities in the north | city in the north
      false | is interior decoration fun | is interior decorating fun
      false | what is my favourite colour | what is my favorite colour
      false | how do I organise it | how do I organize it
      """;
  private static final String CODE =
      """
      true  | if a == b | if a != b
      true  | call list.sort() | call list.append()
      true  | run it with --all | run it with --amend
      false | what does `ls` do | what does ls do
      """;
  private static final String LANGUAGE =
      """
      true  | sort in python | sort in ruby
      true  | hello in C++ | hello in C#
      true  | \u043f\u0440\u0438\u0432\u0435\u0442 | privet
      false | Norway? C * | norway? c *
      false | learn Go quickly | learn go quickly
      """;

  private static final String SYMBOL =
      """
      true  | 12 + 4 | 12 * 4
      true  | 12 + 4 | 12 - 4
      true  | 12-4 | 12*4
      true  | (12) - 4 | (12) / 4
      true  | 2^3 | 2*3
      true  | 2 ** 3 | 2 * 3
      true  | a * b | a + b
      true  | solve x - y for x | solve x / y for x
      true  | 4 - x | 4 / x
      false | an a/b test | an a b test
      false | the b - side of it | the b side of it
      true  | x\u00b2 | x\u00b3
      true  | \ud83d\udc4d | \ud83d\udc4e
      false | 12 + 4 | 12+4
      false | 12 plus 4 | 12 + 4
      false | 12 x 4 | 12 \u00d7 4
      false | 3 \u2013 4 days | 3-4 days
      false | the sign-in page | the sign in page
      false | salt and/or pepper | salt and or pepper
      false | Fairlead\u2122 | Fairlead
      false | is **this** right | is this right
      """;

  private static final String UNSPACED =
      """
      true  | \u5982\u4f55\u5f00\u542f\u9a8c\u8bc1 | \u5982\u4f55\u5173\u95ed\u9a8c\u8bc1
      true  | \u30d3\u30eb\u306e\u5024\u6bb5 | \u30d3\u30fc\u30eb\u306e\u5024\u6bb5
      true  | \u0e40\u0e1b\u0e34\u0e14 | \u0e1b\u0e34\u0e14
      true  | what does \u9a8c mean | what does \u8bc1 mean
      false | \u5982\u4f55\u5f00\u542f\uff1f | \u5982\u4f55 \u5f00\u542f?
      false | \uff8b\uff9e\uff99 | \u30d3\u30eb
      false | open it | close it
      """;

  static Stream<Arguments> rows() {
    return Stream.of(
            table(new NumberVeto(), NUMBER),
            table(new DateVeto(), DATE),
            table(new UnitVeto(), UNIT),
            table(new NegationVeto(), NEGATION),
            table(new AntonymVeto(), ANTONYM),
            table(new DirectionVeto(), DIRECTION),
            table(new EntityVeto(), ENTITY),
            table(new SubstitutionVeto(), SUBSTITUTION),
            table(new CodeVeto(), CODE),
            table(new LanguageVeto(), LANGUAGE),
            table(new SymbolVeto(), SYMBOL),
            table(new UnspacedVeto(), UNSPACED))
        .flatMap(rows -> rows);
  }

  private static Stream<Arguments> table(Veto veto, String rows) {
    return rows.lines()
        .map(row -> row.split("\\|", 3))
        .map(row ->
            Arguments.of(
                veto, Boolean.parseBoolean(row[0].strip()), row[1].strip(), row[2].strip()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void veto_refuses_whatDiffers_inBothDirections(Veto veto, boolean refuses, String a, String b) {
    assertThat(veto.refuses(Phrase.of(a), Phrase.of(b))).as(veto.kind().name()).isEqualTo(refuses);
    assertThat(veto.refuses(Phrase.of(b), Phrase.of(a))).as(veto.kind().name()).isEqualTo(refuses);
  }

  @Test
  void everyKind_hasAVeto_andATable() {
    assertThat(Verifier.names()).hasSameSizeAs(Veto.Kind.values());
    assertThat(rows().map(row -> ((Veto) row.get()[0]).kind()).distinct())
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(Veto.Kind.values()));
  }
}
